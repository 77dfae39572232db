import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { ask } from '../api/queries.js'
import type { Result } from '../api/request.js'
import { useUrlList, useUrlValue } from '../parts/url-state.js'
import { claimOf, sessionOf } from '../words/event-facts.js'
import type { SessionEvent } from '../words/event-facts.js'
import { STEP_OF, STEPS, wordsOfEvent } from '../words/event-words.js'
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

/** The filters of a history, stored in the URL: OR within a question, AND across questions. */
export function useEventFilters(id: string, events: readonly SessionEvent[], names: Names): EventFilters {
  const [query, setQuery] = useUrlValue('q')
  const [steps, setSteps] = useUrlList('step')
  const [reasons, setReasons] = useUrlList('reason')
  const words = (query ?? '').toLowerCase().split(/\s+/).filter(Boolean)
  const counted = useQuery({ ...ask('EventCounts', { id }), staleTime: Infinity }).data?.node
  const counts = useMemo(() => countsOf(counted, events), [counted, events])
  const passes = (event: SessionEvent): boolean => {
    if (steps.length > 0 && !steps.includes(STEP_OF[event.type])) return false
    if (reasons.length > 0 && !reasons.includes(claimOf(event)?.reason ?? '')) return false
    if (words.length === 0) return true
    const text = searchText(event, names)
    return words.every((word) => text.includes(word))
  }
  return {
    query: query ?? '',
    setQuery,
    steps,
    setSteps,
    reasons,
    setReasons,
    passes,
    active: words.length > 0 || steps.length > 0 || reasons.length > 0,
    ...counts,
  }
}

/** The server's counts of the whole history, plus the events that arrived since. */
function countsOf(counted: Result<'EventCounts'>['node'] | undefined, events: readonly SessionEvent[]) {
  const stepCounts = new Map<Step, number>((Object.keys(STEPS) as Step[]).map((step) => [step, 0]))
  const reasonCounts = new Map<string, number>()
  if (counted == null || !('eventCounts' in counted)) return { stepCounts, reasonCounts }
  const { toVersion, byType, byReason } = counted.eventCounts
  const addStep = (type: SessionEvent['type'], count: number): unknown =>
    stepCounts.set(STEP_OF[type], (stepCounts.get(STEP_OF[type]) ?? 0) + count)
  const addReason = (reason: string, count: number): unknown =>
    reasonCounts.set(reason, (reasonCounts.get(reason) ?? 0) + count)
  for (const { type, count } of byType) addStep(type, count)
  for (const { reason, count } of byReason) addReason(reason, count)
  for (const event of events) {
    if (event.version <= toVersion) break
    addStep(event.type, 1)
    const reason = claimOf(event)?.reason
    if (reason !== undefined) addReason(reason, 1)
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

/** Whether the event is a claim that was denied an existing session. */
export function isDeniedClaim(event: SessionEvent): boolean {
  const claim = claimOf(event)
  return claim !== null && isDenied(claim.outcome, claim.reason)
}
