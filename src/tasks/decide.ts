import type { HandoffRange, ResumeResult, RunEnding } from '../session-pointer/events.js'
import { endingData, recordedFailure } from './recorded-failure.js'
import type { AccountAnswer } from './recorded-failure.js'
import { failing, holdsClaim, illegalTransition, REPEATED, STALE_CLAIM, transition } from './task-decision.js'
import type { ClaimCommand, TaskDecision } from './task-decision.js'
import { isActive } from './task-state.js'
import type { TaskState } from './task-state.js'

/** A run's session and directory; null leaves a field as it is. */
interface PinnedFields {
  sessionId: string | null
  workDir: string | null
}

/**
 * CLAIMED -> RUNNING, with a pin if the call names a session or directory. A repeat while RUNNING is `repeated`. `fresh` is
 * the range of turns that a fresh start does not know; the event records it where the provider refused the session (H5).
 */
export function start(
  command: ClaimCommand & PinnedFields & { resumeResult: ResumeResult | null; fresh: HandoffRange },
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
 * Reports the session or work dir of a run in progress; null leaves a field as it is. F12: after a cancellation a pin fills
 * only empty fields. F13: after any other ending, or with nothing left to fill, the pin is ignored.
 */
export function pin(command: ClaimCommand & PinnedFields): TaskDecision {
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

/** RUNNING -> COMPLETED. A repeat is `repeated`, whatever it says. */
export function complete(command: ClaimCommand & { ending: RunEnding; messageId: string | null }): TaskDecision {
  if (!holdsClaim(command)) return STALE_CLAIM
  const { task, messageId } = command
  if (task.status === 'COMPLETED') return REPEATED
  const data = { ...endingData(command.ending), messageId }
  return transition(task, { type: 'TASK_COMPLETED', ...envelope(task), data }, false)
}

/** CLAIMED or RUNNING -> FAILED, with the failure classified. A repeat is `repeated`. */
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
 * QUEUED, CLAIMED or RUNNING -> CANCELLED, by a person, who needs no claim. A repeat is `repeated`. The claim stays current:
 * with it, its holder learns of the cancellation and may pin its session and directory (F12).
 */
export function cancel({ task, reason }: { task: TaskState; reason: string | null }): TaskDecision {
  if (task.status === 'CANCELLED') return REPEATED
  return transition(task, { type: 'TASK_CANCELLED', ...envelope(task), data: { reason } }, false)
}

function envelope(task: TaskState): { taskId: string; runtimeId: string } {
  return { taskId: task.id, runtimeId: task.runtimeId }
}
