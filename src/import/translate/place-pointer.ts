import type { TimedEvent } from '../../event-log/append.js'
import { asStream } from '../../event-log/as-stream.js'
import { indexOfSession } from '../../session-pointer/binding-changes.js'
import { foldEvents } from '../../session-pointer/fold.js'
import { initialState } from '../../session-pointer/session-state.js'
import type { SessionState } from '../../session-pointer/session-state.js'
import type { SourceChat } from '../source/source-rows.js'
import { dateOf } from './names.js'
import type { Ordered } from './order-events.js'
import { byEnd } from './task-story.js'
import type { TaskStory } from './task-story.js'

/** The last run that reported a session. */
export function newestReport(stories: readonly TaskStory[]): TaskStory | null {
  return (
    stories
      .filter(({ sessionId }) => sessionId !== null)
      .toSorted(byEnd)
      .at(-1) ?? null
  )
}

export interface Placed {
  events: TimedEvent[]
  /** `state` is the fold of the first `count` events. */
  folded: { count: number; state: SessionState }
}

/**
 * Inserts the chat's own pointer into the events (F16). It comes last. If a run has newer facts, the pointer comes
 * before that run and is only an older candidate. In a chat with a new generation, it comes before that generation,
 * unless a later run reported the same session.
 */
export function placePointer(
  { events, runsAt, resetAt }: Ordered,
  stories: readonly TaskStory[],
  chat: SourceChat | null,
  rowRuntime: string | null,
): Placed {
  const { sessionId = null, workDir = null } = chat ?? {}
  if (chat === null || (sessionId === null && workDir === null))
    return { events, folded: { count: 0, state: initialState } }
  const next = runAfter(stories, sessionId)
  const since = resetAt ?? -1
  const isSince = (story: TaskStory) => story.sessionId === sessionId && (runsAt.get(story.row.id) ?? -1) > since
  const isOld = resetAt !== null && !stories.some(isSince)
  const place = isOld ? since : next === null ? events.length : (runsAt.get(next.row.id) ?? events.length)
  const updatedAt = dateOf(next === null ? chat.updatedAt : Math.min(chat.updatedAt, next.claimedAt))
  const state = foldEvents(asStream(events.slice(0, place), 0, updatedAt))
  const pointer: TimedEvent = {
    type: 'POINTER_IMPORTED',
    taskId: null,
    runtimeId: sessionId === null ? null : toldRuntime(state, sessionId, rowRuntime),
    data: { sessionId, workDir, source: 'import:chat_session' },
    occurredAt: updatedAt,
  }
  return { events: events.toSpliced(place, 0, pointer), folded: { count: place, state } }
}

/**
 * The run that the pointer comes before: the newest run that reported another session. A session that no run reported
 * is older than all reported ones, and older than all runs whose resume overflowed, because the source sets a chat's
 * row together with the task's. null if there is no such run.
 */
function runAfter(stories: readonly TaskStory[], sessionId: string | null): TaskStory | null {
  const newest = newestReport(stories)
  if (sessionId === null || stories.some((story) => story.sessionId === sessionId)) {
    return newest?.sessionId === sessionId ? null : newest
  }
  const runs = stories.filter((story) => story.sessionId !== null || story.overflow !== null)
  return runs.toSorted(byEnd)[0] ?? null
}

/**
 * The row's proven runtime; null if runs of this session say more than the row: that it lives on another runtime, or
 * that it cannot be resumed. Naming the runtime again would undo that.
 */
function toldRuntime(before: SessionState, sessionId: string, rowRuntime: string | null): string | null {
  const known = before.bindings[indexOfSession(before.bindings, sessionId)]
  if (known === undefined || known.state === 'UNPROVEN') return rowRuntime
  return known.state === 'RESUMABLE' && known.runtimeId === rowRuntime ? rowRuntime : null
}
