import type { TimedEvent } from '../../event-log/append.js'
import type { StreamEvent } from '../../session-pointer/events.js'
import { indexOfSession } from '../../session-pointer/binding-changes.js'
import { foldEvents } from '../../session-pointer/fold.js'
import type { SessionState } from '../../session-pointer/session-state.js'
import type { SourceChat } from '../source/source-rows.js'
import { dateOf } from './names.js'
import type { Ordered } from './order-events.js'
import { byEnd } from './task-story.js'
import type { TaskStory } from './task-story.js'

/** The stream as the fold takes it, before it is stored. */
export function asStream(events: readonly TimedEvent[], otherwise: Date): StreamEvent[] {
  return events.map((event, index) => ({
    ...event,
    version: index + 1,
    occurredAt: (event.occurredAt ?? otherwise).toISOString(),
  }))
}

/** The run that reported a session last. */
export function newestReport(stories: readonly TaskStory[]): TaskStory | null {
  return (
    stories
      .filter(({ sessionId }) => sessionId !== null)
      .toSorted(byEnd)
      .at(-1) ?? null
  )
}

/**
 * The events with the chat's own pointer among them (F16). It comes last; but where the newest run that reported a
 * session reported another one, the pointer is stale, and it stands before that run: an older candidate at most. In
 * a chat that was begun anew it stands before that, unless a run since has reported the same session.
 */
export function placePointer(
  { events, runsAt, resetAt }: Ordered,
  stories: readonly TaskStory[],
  chat: SourceChat,
  rowRuntime: string | null,
): TimedEvent[] {
  const { sessionId, workDir } = chat
  if (sessionId === null && workDir === null) return events
  const newest = newestReport(stories)
  const stale = newest !== null && newest.sessionId !== sessionId
  const since = resetAt ?? -1
  const isSince = (story: TaskStory) => story.sessionId === sessionId && (runsAt.get(story.row.id) ?? -1) > since
  const isOld = resetAt !== null && !stories.some(isSince)
  const place = isOld ? since : stale ? (runsAt.get(newest.row.id) ?? 0) : events.length
  const updatedAt = dateOf(stale ? Math.min(chat.updatedAt, newest.claimedAt) : chat.updatedAt)
  const before = foldEvents(asStream(events.slice(0, place), updatedAt))
  const pointer: TimedEvent = {
    type: 'POINTER_IMPORTED',
    taskId: null,
    runtimeId: sessionId === null ? null : toldRuntime(before, sessionId, rowRuntime),
    data: { sessionId, workDir, source: 'import:chat_session' },
    occurredAt: updatedAt,
  }
  return events.toSpliced(place, 0, pointer)
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
