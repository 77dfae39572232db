import type { TimedEvent } from '../../event-log/append.js'
import type { RunEnding } from '../../session-pointer/events.js'
import { recordedFailure } from '../../tasks/recorded-failure.js'
import type { RecordedFailure } from '../../tasks/recorded-failure.js'
import type { Micros } from '../source/source-rows.js'
import { dateOf } from './names.js'
import { failureOf } from './task-story.js'
import type { TaskStory } from './task-story.js'

/** Nobody holds an imported claim. The event needs a lease, and the source has none. */
const LEASE_SECONDS = 60

const ABANDONED = {
  failureReason: 'runtime_recovery',
  error: 'The task was running when its database was imported, and its daemon does not report here.',
}

/** An imported claim has no decision, because the source recorded none. */
export function claimedEvents({ taskId, runtimeId, claimedAt }: TaskStory): TimedEvent[] {
  const data = { leaseSeconds: LEASE_SECONDS, decision: null }
  return [{ type: 'TASK_CLAIMED', taskId, runtimeId, data, occurredAt: dateOf(claimedAt) }]
}

export function startedEvents({ taskId, runtimeId, started, startedAt }: TaskStory): TimedEvent[] {
  if (!started) return []
  return [{ type: 'TASK_STARTED', taskId, runtimeId, data: { resumeResult: null }, occurredAt: dateOf(startedAt) }]
}

/**
 * The end of a task, with everything that its row says about its session. `answer` is the message with a chat turn's
 * output.
 */
export function endedEvents(story: TaskStory, answer: { messageId: string; createdAt: Micros } | null): TimedEvent[] {
  const occurredAt = dateOf(story.endedAt)
  return [
    ...endOf(story, answer).map((event) => ({ occurredAt, ...event })),
    ...unproven(story, occurredAt),
    ...dropped(story, occurredAt),
  ]
}

function endOf(story: TaskStory, answer: { messageId: string; createdAt: Micros } | null): TimedEvent[] {
  const { row, taskId, runtimeId, end } = story
  const ending = endingOf(story)
  if (end === 'FAILED') {
    return [failureOfStory(story).event]
  }
  if (end === 'CANCELLED') {
    const { sessionId, workDir } = ending
    const pins = story.claimed && (sessionId !== null || workDir !== null)
    const pinned = { sessionId, workDir, cancelledVersion: null }
    return [
      ...(pins ? [{ type: 'SESSION_PINNED' as const, taskId, runtimeId, data: pinned }] : []),
      { type: 'TASK_CANCELLED', taskId, runtimeId, data: { reason: story.withdrawn ?? row.failureReason } },
    ]
  }
  const messageId = answer?.messageId ?? null
  const posted: TimedEvent[] =
    answer === null
      ? []
      : [
          {
            type: 'MESSAGE_POSTED',
            taskId,
            runtimeId,
            data: { messageId: answer.messageId, role: 'ASSISTANT' },
            occurredAt: dateOf(answer.createdAt),
          },
        ]
  return [...posted, { type: 'TASK_COMPLETED', taskId, runtimeId, data: { ...ending, messageId } }]
}

/** Classifies each failure once, because its text may be long. */
const failures = new WeakMap<TaskStory, RecordedFailure>()

/** The failure that ended the task: its event, and the texts outside the log. */
export function failureOfStory(story: TaskStory): RecordedFailure {
  const known = failures.get(story) ?? recordedOf(story)
  failures.set(story, known)
  return known
}

function recordedOf(story: TaskStory): RecordedFailure {
  const { row, taskId: id, runtimeId, abandoned } = story
  const { reason: failureReason, error } = failureOf(row)
  const failure = abandoned ? ABANDONED : { failureReason, error }
  return recordedFailure({ id, runtimeId }, { ending: endingOf(story), ...failure })
}

/** Leaves out a session with an unproven runtime, which would otherwise be bound to the placeholder. */
function endingOf({ row, claimed, sessionId, runtimeFrom, overflow }: TaskStory): RunEnding {
  return {
    sessionId: runtimeFrom === 'NOTHING' ? null : (sessionId ?? overflow?.offered ?? null),
    workDir: claimed ? row.workDir : null,
    retiredSessionId: row.retiredSessionId,
    transcriptMissing: row.sessionRolloutMissing,
  }
}

/** Imports it as a session from outside history, UNPROVEN (F16). */
function unproven({ row, sessionId, runtimeFrom }: TaskStory, occurredAt: Date): TimedEvent[] {
  if (sessionId === null || runtimeFrom !== 'NOTHING') return []
  const data = { sessionId, workDir: row.workDir, source: 'import:agent_task_queue' }
  return [{ type: 'POINTER_IMPORTED', taskId: null, runtimeId: null, data, occurredAt }]
}

function dropped({ overflow }: TaskStory, occurredAt: Date): TimedEvent[] {
  return (overflow?.dropped ?? []).map((sessionId) => ({
    type: 'SESSION_RESET',
    taskId: null,
    runtimeId: null,
    occurredAt,
    data: { sessionId, reason: 'a later resume was too large to be read, and did not name its session' },
  }))
}
