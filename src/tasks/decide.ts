import type { HandoffRange, ResumeResult, RunEnding } from '../session-pointer/events.js'
import { endingData, recordedFailure } from './recorded-failure.js'
import type { AccountAnswer } from './recorded-failure.js'
import { failing, holdsClaim, illegalTransition, REPEATED, STALE_CLAIM, transition } from './task-decision.js'
import type { ClaimCommand, TaskDecision } from './task-decision.js'
import { isActive } from './task-state.js'
import type { TaskState } from './task-state.js'

/** Where a run is; null leaves a field as it is. */
interface Place {
  sessionId: string | null
  workDir: string | null
}

/**
 * CLAIMED -> RUNNING, with a pin where a session or directory is named. Sent again while RUNNING: repeated. `fresh` is what
 * a run that starts fresh does not know: a refused session leaves the run with just that (H5).
 */
export function start(
  command: ClaimCommand & Place & { resumeResult: ResumeResult | null; fresh: HandoffRange },
): TaskDecision {
  if (!holdsClaim(command)) return STALE_CLAIM
  const { task, resumeResult, fresh } = command
  if (task.status === 'RUNNING') return REPEATED
  const data = resumeResult === 'REFUSED' ? { resumeResult, handoffRange: fresh } : { resumeResult }
  const started = transition(task, { type: 'TASK_STARTED', ...envelope(task), data }, false)
  if (started.kind !== 'accepted') return started
  const pinned = pin(command)
  return pinned.kind === 'accepted' ? { ...started, events: [...started.events, ...pinned.events] } : started
}

/**
 * Reports session or work dir while the run goes on; null leaves a field as it is. F12: after a cancellation it fills
 * only what is still empty. F13: after the run ended otherwise, or with nothing left to fill, it is ignored.
 */
export function pin(command: ClaimCommand & Place): TaskDecision {
  if (!holdsClaim(command)) return STALE_CLAIM
  const { task } = command
  const late = task.status === 'CANCELLED'
  if (!late && !isActive(task)) return task.status === 'QUEUED' ? illegalTransition(task) : { kind: 'ignored' }
  const sessionId = late && task.sessionId !== null ? null : command.sessionId
  const workDir = late && task.workDir !== null ? null : command.workDir
  if (late && sessionId === null && workDir === null) return { kind: 'ignored' }
  if ((sessionId ?? task.sessionId) === task.sessionId && (workDir ?? task.workDir) === task.workDir) return REPEATED
  const data = { sessionId, workDir, cancelledVersion: task.cancelledVersion }
  return { kind: 'accepted', events: [{ type: 'SESSION_PINNED', ...envelope(task), data }], voidsClaim: false }
}

/** RUNNING -> COMPLETED. Sent again: repeated, whatever it says this time. */
export function complete(command: ClaimCommand & { ending: RunEnding; messageId: string | null }): TaskDecision {
  if (!holdsClaim(command)) return STALE_CLAIM
  const { task, messageId } = command
  if (task.status === 'COMPLETED') return REPEATED
  const data = { ...endingData(command.ending), messageId }
  return transition(task, { type: 'TASK_COMPLETED', ...envelope(task), data }, false)
}

/** CLAIMED or RUNNING -> FAILED, with the failure classified. Sent again: repeated. */
export function fail(
  command: ClaimCommand & { ending: RunEnding; failureReason: string; error: string; account?: AccountAnswer },
): TaskDecision {
  if (!holdsClaim(command)) return STALE_CLAIM
  if (command.task.status === 'FAILED') return REPEATED
  if (!isActive(command.task)) return illegalTransition(command.task)
  return failing(command.task, recordedFailure(command.task, command), false)
}

/** CLAIMED -> QUEUED. The claim is void at once, so a repeat is a stale claim. */
export function release(command: ClaimCommand & { reason: string | null }): TaskDecision {
  if (!holdsClaim(command)) return STALE_CLAIM
  const { task, reason } = command
  return transition(task, { type: 'TASK_RELEASED', ...envelope(task), data: { cause: 'RELEASED', reason } }, true)
}

/**
 * QUEUED, CLAIMED or RUNNING -> CANCELLED, by a person: no claim needed. Sent again: repeated.
 * The claim stays current: its holder still learns of the cancellation by it and may pin what it has (F12).
 */
export function cancel({ task, reason }: { task: TaskState; reason: string | null }): TaskDecision {
  if (task.status === 'CANCELLED') return REPEATED
  return transition(task, { type: 'TASK_CANCELLED', ...envelope(task), data: { reason } }, false)
}

function envelope(task: TaskState): { taskId: string; runtimeId: string } {
  return { taskId: task.id, runtimeId: task.runtimeId }
}
