import type { NewEvent, RunEnding } from '../session-pointer/events.js'
import { classifyFailure, CLASSIFIER_VERSION } from '../session-pointer/failure-class.js'
import type { TaskState } from './task-state.js'

/** The longest error text that is kept, in UTF-8 bytes. */
export const MAX_ERROR_BYTES = 4096

/** A failure to be recorded: its event, and what is kept of its error beside the log. */
export interface RecordedFailure {
  event: Extract<NewEvent, { type: 'TASK_FAILED' }>
  errorText: string
}

/** TASK_FAILED with its verdict, judged here once. The whole error is judged; only what is kept of it is cut. */
export function recordedFailure(
  task: Pick<TaskState, 'id' | 'runtimeId'>,
  failure: { ending: RunEnding; failureReason: string; error: string },
): RecordedFailure {
  const { failureReason, error } = failure
  const { sessionId, workDir, retiredSessionId, transcriptMissing } = failure.ending
  const errorText = cutAtBytes(error, MAX_ERROR_BYTES)
  const event: RecordedFailure['event'] = {
    type: 'TASK_FAILED',
    taskId: task.id,
    runtimeId: task.runtimeId,
    data: {
      sessionId,
      workDir,
      retiredSessionId,
      transcriptMissing,
      failureReason,
      errorBytes: new TextEncoder().encode(errorText).length,
      ...classifyFailure({ reason: failureReason, error }),
      classifierVersion: CLASSIFIER_VERSION,
    },
  }
  return { event, errorText }
}

/** The longest beginning of at most `limit` UTF-8 bytes that splits no character. */
export function cutAtBytes(text: string, limit: number): string {
  return text.slice(0, new TextEncoder().encodeInto(text, new Uint8Array(limit)).read)
}
