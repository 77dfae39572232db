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

/** The run that reported a session last. */
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
  /** What the first so many of them fold to. */
  folded: { count: number; state: SessionState }
}

/**
 * The events with the chat's own pointer among them (F16). It comes last; but where a run knew better, it stands before that run,
 * and is an older candidate at most. In a chat that was begun anew it stands before that, unless a run since has reported the same
 * session.
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
 * The run that a pointer to this session stands before: the newest that reported a session, where that is another one. A session
 * that no run reported was there before all that did, and before all whose resume overflowed: a chat's row is set together with the
 * task's. null: none.
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
 * The row's runtime, as found; null where runs of this session have said more than the row can: on which other runtime
 * it lives, or that it is no longer fit to be resumed. Told again, the runtime would undo that.
 */
function toldRuntime(before: SessionState, sessionId: string, rowRuntime: string | null): string | null {
  const known = before.bindings[indexOfSession(before.bindings, sessionId)]
  if (known === undefined || known.state === 'UNPROVEN') return rowRuntime
  return known.state === 'RESUMABLE' && known.runtimeId === rowRuntime ? rowRuntime : null
}
