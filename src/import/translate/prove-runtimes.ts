import { byEnd } from './task-story.js'
import type { TaskStory } from './task-story.js'

/** The session of the chat's row and its runtime; null if the row names no known runtime. */
export interface RowPointer {
  sessionId: string | null
  runtimeId: string | null
}

/**
 * F16 for task rows that name a session but no runtime: the runtime of the nearest run that reported the *same*
 * session, earlier runs first, else the chat row's. A run with another session never lends its runtime, however new it
 * is.
 */
export function proveRuntimes(stories: readonly TaskStory[], pointer: RowPointer): TaskStory[] {
  const runs = stories.filter(({ sessionId }) => sessionId !== null).toSorted(byEnd)
  return stories.map((story) => {
    if (story.sessionId === null || story.runtimeFrom !== 'NOTHING') return story
    const same = runs.filter((run) => run.sessionId === story.sessionId && run.runtimeFrom === 'ROW')
    const before = same.findLast((run) => byEnd(run, story) < 0)
    const fromRow = pointer.sessionId === story.sessionId ? pointer.runtimeId : null
    const runtimeId = before?.runtimeId ?? same[0]?.runtimeId ?? fromRow
    return runtimeId === null ? story : { ...story, runtimeId, runtimeFrom: 'SAME_SESSION' as const }
  })
}
