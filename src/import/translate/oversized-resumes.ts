import { providerReason } from '../../session-pointer/failure-reason.js'
import type { RowPointer } from './prove-runtimes.js'
import { byEnd, failureOf } from './task-story.js'
import type { TaskStory } from './task-story.js'

/**
 * A resume whose thread was too large to be read ended before it named its session. One of the earlier sessions is the
 * culprit, and nothing shows which. The newest one on its runtime, which the run was offered, is blamed, and the older
 * ones are dropped with it. A session that a later run reports is proven. A session that only the chat's row names is
 * older than all of them.
 */
export function tellOverflows(stories: readonly TaskStory[], pointer: RowPointer): TaskStory[] {
  const runs = stories.filter(({ sessionId }) => sessionId !== null).toSorted(byEnd)
  const unreported = runs.some(({ sessionId }) => sessionId === pointer.sessionId) ? [] : [pointer]
  return stories.map((story) => {
    if (!isOversized(story)) return story
    const before = [...unreported, ...runs.filter((run) => byEnd(run, story) < 0)]
    const later = new Set(runs.filter((run) => byEnd(run, story) > 0).map(({ sessionId }) => sessionId))
    const offered = before.findLast(({ runtimeId }) => runtimeId === story.runtimeId)?.sessionId ?? null
    const others = before.flatMap(({ sessionId }) => (sessionId === null || sessionId === offered ? [] : [sessionId]))
    return { ...story, overflow: { offered, dropped: [...new Set(others)].filter((id) => !later.has(id)) } }
  })
}

function isOversized({ end, abandoned, claimed, sessionId, row }: TaskStory): boolean {
  if (end !== 'FAILED' || abandoned || !claimed || sessionId !== null) return false
  const { reason, error } = failureOf(row)
  return reason === OVERSIZED || providerReason({ text: error }) === OVERSIZED
}

const OVERSIZED = 'codex_resume_oversized'
