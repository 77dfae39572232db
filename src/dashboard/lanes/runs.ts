import { claimOf, sessionOf } from '../words/event-facts.js'
import type { SessionEvent } from '../words/event-facts.js'
import { isDenied } from '../words/reason-words.js'

export type RunEnd = 'COMPLETED' | 'FAILED' | 'CANCELLED' | 'OPEN'

/** One task as a bar: waiting, claimed, running, ended. Times are in milliseconds; null for phases not reached. */
export interface Run {
  taskId: string
  title: string | null
  runtimeId: string | null
  queuedAt: number
  claimedAt: number | null
  startedAt: number | null
  endedAt: number | null
  end: RunEnd
  /** The provider session that the run reported; null if none yet. */
  sessionId: string | null
  claim: ReturnType<typeof claimOf>
  denied: boolean
  /** The version of the event that the bar links to: the claim, else the first event. */
  version: number
}

/**
 * The runs of a stretch of a stream, oldest first. The events are newest first. A task whose first events were not read
 * starts at the oldest one that was.
 */
export function runsOf(events: readonly SessionEvent[]): Run[] {
  const runs = new Map<string, Run>()
  for (const event of events.toReversed()) {
    if (event.task === null || event.type === 'MESSAGE_POSTED') continue
    const at = Date.parse(event.occurredAt)
    const run = runs.get(event.task.id) ?? beginning(event, event.task, at)
    runs.set(event.task.id, run)
    apply(run, event, at)
  }
  return [...runs.values()]
}

function beginning(event: SessionEvent, task: { id: string; title: string | null }, at: number): Run {
  return {
    taskId: task.id,
    title: task.title,
    runtimeId: event.runtime?.id ?? null,
    queuedAt: at,
    claimedAt: null,
    startedAt: null,
    endedAt: null,
    end: 'OPEN',
    sessionId: null,
    claim: null,
    denied: false,
    version: event.version,
  }
}

function apply(run: Run, event: SessionEvent, at: number): void {
  run.runtimeId = event.runtime?.id ?? run.runtimeId
  switch (event.type) {
    case 'TASK_CLAIMED': {
      const claim = claimOf(event)
      run.claimedAt = at
      run.claim = claim
      run.denied = claim !== null && isDenied(claim.outcome, claim.reason)
      run.version = event.version
      break
    }
    case 'TASK_STARTED':
      run.startedAt = at
      break
    case 'TASK_RELEASED':
      run.claimedAt = null
      run.startedAt = null
      break
    case 'SESSION_PINNED':
      run.sessionId = sessionOf(event) ?? run.sessionId
      break
    case 'TASK_COMPLETED':
    case 'TASK_FAILED':
    case 'TASK_CANCELLED':
      run.endedAt = at
      run.end = event.type === 'TASK_COMPLETED' ? 'COMPLETED' : event.type === 'TASK_FAILED' ? 'FAILED' : 'CANCELLED'
      run.sessionId = sessionOf(event) ?? run.sessionId
      break
    case 'CONVERSATION_ERASED':
    case 'CONVERSATION_RESTORED':
    case 'CONVERSATION_SEALED':
    case 'CONVERSATION_OPENED':
    case 'MESSAGE_POSTED':
    case 'POINTER_IMPORTED':
    case 'SESSION_RESET':
    case 'TASK_ENQUEUED':
    case 'TASK_RETARGETED':
    case 'UNKNOWN':
      break
  }
}

/** A link from one run to a later one: the session was resumed or denied. */
export interface Link {
  from: Run
  to: Run
  kind: 'resumed' | 'denied'
}

/** A link to each claim: from the run that last had the offered session, or the denied one. */
export function linksOf(runs: readonly Run[]): Link[] {
  const links: Link[] = []
  const lastOf = new Map<string, Run>()
  for (const run of runs) {
    const { claim } = run
    if (claim?.sessionId != null) {
      const from = lastOf.get(claim.sessionId)
      if (from !== undefined) links.push({ from, to: run, kind: 'resumed' })
    } else if (run.denied) {
      const from = [...lastOf.values()].findLast(
        ({ runtimeId }) => claim?.reason !== 'RUNTIME_MISMATCH' || runtimeId !== run.runtimeId,
      )
      if (from !== undefined) links.push({ from, to: run, kind: 'denied' })
    }
    if (run.sessionId !== null) {
      // Deleted first, because a Map keeps the order of first insertion.
      lastOf.delete(run.sessionId)
      lastOf.set(run.sessionId, run)
    }
  }
  return links
}
