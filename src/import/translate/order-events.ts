import type { TimedEvent } from '../../event-log/append.js'
import type { Micros } from '../source/source-rows.js'
import { dateOf } from './names.js'
import { claimedEvents, endedEvents, startedEvents } from './run-events.js'
import { byEnd } from './task-story.js'
import type { TaskStory } from './task-story.js'

/** An event that waits for no other: a posted message, an enqueued task, or a task that ended in the queue. */
export interface Moment {
  at: Micros
  /** The order within one microsecond. */
  rank: 'MESSAGE' | 'ENQUEUED' | 'ENDED'
  id: string
  events: TimedEvent[]
}

export interface Answer {
  messageId: string
  createdAt: Micros
}

interface Step {
  at: Micros
  opensRun: boolean
  story: TaskStory
  events: TimedEvent[]
}

export interface Ordered {
  /** All events, beginning with CONVERSATION_OPENED. */
  events: TimedEvent[]
  /** The index in `events` where each run begins, by its task's id in the source. */
  runsAt: ReadonlyMap<string, number>
  /** The index in `events` where the newest generation begins; null if there is only one. */
  resetAt: number | null
}

const RANKS = { MESSAGE: 0, ENQUEUED: 1, ENDED: 2 }

/**
 * Orders all events into one stream. A conversation runs one task at a time. If rows overlap, the run that ended first
 * comes first, and the next run's claim follows this end, even if its occurredAt is earlier. When a person began a new
 * generation, all sessions are reset before its first run, or at the end if it has none.
 * @param revision the newest generation
 */
export function orderEvents(
  opened: TimedEvent,
  moments: readonly Moment[],
  runs: readonly TaskStory[],
  answerOf: (story: TaskStory) => Answer | null,
  revision: number,
): Ordered {
  const points = moments.toSorted((a, b) => a.at - b.at || RANKS[a.rank] - RANKS[b.rank] || (a.id < b.id ? -1 : 1))
  const events = [opened]
  const runsAt = new Map<string, number>()
  let next = 0
  let reached = 1
  let resetAt: number | null = null
  const reset = (occurredAt: Date): void => {
    resetAt = events.length
    events.push({ type: 'SESSION_RESET', taskId: null, runtimeId: null, occurredAt, data: BEGUN_ANEW })
  }
  for (const step of stepsOf(runs, answerOf)) {
    for (let point = points[next]; point !== undefined && goesBefore(point, step); point = points[++next]) {
      events.push(...point.events)
    }
    if (step.opensRun) {
      if (step.story.revision > reached) reset(dateOf(step.at))
      reached = step.story.revision
      runsAt.set(step.story.row.id, events.length)
    }
    events.push(...step.events)
  }
  for (const point of points.slice(next)) events.push(...point.events)
  if (revision > reached) reset(events.at(-1)?.occurredAt ?? new Date(0))
  return { events, runsAt, resetAt }
}

const BEGUN_ANEW = { sessionId: null, reason: 'a person started a new session with /new' }

/** At the same moment, an ending comes before its consequence (a retry), and a claim after its task. */
function goesBefore(point: Moment, step: Step): boolean {
  return point.at < step.at || (point.at === step.at && step.opensRun)
}

function stepsOf(runs: readonly TaskStory[], answerOf: (story: TaskStory) => Answer | null): Step[] {
  const steps: Step[] = []
  let reached = -Infinity
  const step = (at: Micros, opensRun: boolean, story: TaskStory, events: TimedEvent[]): void => {
    reached = Math.max(reached, at)
    steps.push({ at: reached, opensRun, story, events })
  }
  for (const story of runs.toSorted(byEnd)) {
    step(Math.max(story.enqueuedAt, story.claimedAt), true, story, claimedEvents(story))
    step(story.startedAt, false, story, startedEvents(story))
    step(story.endedAt, false, story, endedEvents(story, answerOf(story)))
  }
  return steps
}
