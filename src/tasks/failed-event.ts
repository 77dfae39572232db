import { MAX_ERROR_BYTES } from '../session-pointer/events.js'
import type { NewEvent, RunEnding } from '../session-pointer/events.js'
import { classifyFailure, CLASSIFIER_VERSION } from '../session-pointer/failure-class.js'
import type { TaskState } from './task-state.js'

/** TASK_FAILED with its verdict, judged here once. The whole error is judged; only what is kept of it is cut. */
export function failedEvent(
  task: Pick<TaskState, 'id' | 'runtimeId'>,
  failure: { ending: RunEnding; failureReason: string; error: string },
): Extract<NewEvent, { type: 'TASK_FAILED' }> {
  const { failureReason, error } = failure
  const { sessionId, workDir, retiredSessionId, transcriptMissing } = failure.ending
  return {
    type: 'TASK_FAILED',
    taskId: task.id,
    runtimeId: task.runtimeId,
    data: {
      sessionId,
      workDir,
      retiredSessionId,
      transcriptMissing,
      failureReason,
      error: cutAtBytes(error, MAX_ERROR_BYTES),
      ...classifyFailure({ reason: failureReason, error }),
      classifierVersion: CLASSIFIER_VERSION,
    },
  }
}

/** The longest beginning of at most `limit` UTF-8 bytes that splits no character. */
function cutAtBytes(text: string, limit: number): string {
  return text.slice(0, new TextEncoder().encodeInto(text, new Uint8Array(limit)).read)
}
