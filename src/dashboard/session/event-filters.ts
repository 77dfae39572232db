import { useMemo } from 'react'
import { useUrlList, useUrlValue } from '../parts/url-state.js'
import { claimOf, sessionOf } from '../words/event-facts.js'
import type { SessionEvent } from '../words/event-facts.js'
import { STEPS, wordsOfEvent } from '../words/event-words.js'
import type { Names, Step } from '../words/event-words.js'
import { isDenied, wordsOfReason } from '../words/reason-words.js'

export interface EventFilters {
  query: string
  setQuery: (query: string | null) => void
  steps: string[]
  setSteps: (steps: string[]) => void
  reasons: string[]
  setReasons: (reasons: string[]) => void
  active: boolean
  passes: (event: SessionEvent) => boolean
  stepCounts: Map<Step, number>
  reasonCounts: Map<string, number>
}

/** What is shown of a history, in the URL. OR within a question, AND across them. */
export function useEventFilters(events: readonly SessionEvent[], names: Names): EventFilters {
  const [query, setQuery] = useUrlValue('q')
  const [steps, setSteps] = useUrlList('step')
  const [reasons, setReasons] = useUrlList('reason')
  const words = (query ?? '').toLowerCase().split(/\s+/).filter(Boolean)
  const counts = useMemo(() => countsOf(events, names), [events, names])
  const passes = (event: SessionEvent): boolean => {
    if (steps.length > 0 && !steps.includes(wordsOfEvent(event, names).step)) return false
    if (reasons.length > 0 && !reasons.includes(claimOf(event)?.reason ?? '')) return false
    if (words.length === 0) return true
    const text = searchText(event, names)
    return words.every((word) => text.includes(word))
  }
  return {
    ...{ query: query ?? '', setQuery, steps, setSteps, reasons, setReasons, passes },
    active: words.length > 0 || steps.length > 0 || reasons.length > 0,
    ...counts,
  }
}

function countsOf(events: readonly SessionEvent[], names: Names) {
  const stepCounts = new Map<Step, number>((Object.keys(STEPS) as Step[]).map((step) => [step, 0]))
  const reasonCounts = new Map<string, number>()
  for (const event of events) {
    const { step } = wordsOfEvent(event, names)
    stepCounts.set(step, (stepCounts.get(step) ?? 0) + 1)
    const reason = claimOf(event)?.reason
    if (reason !== undefined) reasonCounts.set(reason, (reasonCounts.get(reason) ?? 0) + 1)
  }
  return { stepCounts, reasonCounts }
}

function searchText(event: SessionEvent, names: Names): string {
  const claim = claimOf(event)
  const decision = claim === null ? '' : `${claim.outcome} ${claim.reason} ${wordsOfReason(claim.reason).label}`
  const { text } = wordsOfEvent(event, names)
  const task = event.task === null ? '' : `${event.task.id} ${event.task.title ?? ''}`
  return `${event.version} ${event.type} ${text} ${decision} ${task} ${sessionOf(event) ?? ''}`.toLowerCase()
}

/** A claim that was denied the session that was there. */
export function isDeniedClaim(event: SessionEvent): boolean {
  const claim = claimOf(event)
  return claim !== null && isDenied(claim.outcome, claim.reason)
}
