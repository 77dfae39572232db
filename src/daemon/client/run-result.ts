import type { ClaimCalls } from './claim-calls.js'
import type { EndedBy, HeldClaim } from './held-claims.js'
import { messageOf } from './log.js'
import type { Report } from './report.js'
import { fitting, fittingJson } from './sizes.js'
import { fittingUsage } from './usage.js'
import type { Usage } from './usage.js'

/** What a run's end reports about the provider's session. Missing fields are taken from the run's pins. */
interface Ending {
  sessionId?: string | null
  /** Absolute. */
  workDir?: string | null
  /** A session that must never be resumed again, even if the run succeeded. */
  retiredSessionId?: string | null
  /** The provider did not store the run's transcript, so the session cannot be resumed. */
  transcriptMissing?: boolean
  /** What this run used, without earlier runs of its session. */
  usage?: Usage | null
}

/**
 * The task's result. In a chat, `output` is the assistant's message. Output over 1 MB is cut; a `result` over 1 MB is left
 * out.
 */
export interface Completed extends Ending {
  output?: string | null
  /** Any JSON value. */
  result?: unknown
}

/** `failureReason` decides about resume and retry: provider_network, context_overflow, iteration_limit, agent_error, ... */
export interface Failed extends Ending {
  failureReason: string
  /** For people, and for the server's rules about errors that a resumed session would repeat. */
  error: string
  /**
   * With rate_limited, quota_exhausted, billing or authentication: the time from which the provider accepts requests
   * again.
   */
  retryAt?: Date | null
}

export type RunResult = Completed | Failed

/** The report on a run's end; null if there is nothing to report (a cancelled run without a session). */
export function reportOf(
  held: HeldClaim,
  calls: ClaimCalls,
  ran: { result: RunResult } | { threw: unknown },
): Report | null {
  const { claimToken, task } = held.claim
  const key = { taskId: task.id, claimToken }
  const endedBy = held.endedBy()
  const start = calls.unconfirmedStart()
  const result = stopped('result' in ran ? ran.result : failureOf(ran.threw), endedBy)
  const ending = endingOf(calls, result)
  if (endedBy === 'CANCELLED') {
    const { sessionId, workDir } = ending
    if (sessionId === undefined) return null
    return { name: 'PinTaskSession', input: { ...key, sessionId, workDir }, start: null }
  }
  if (endedBy === 'SHUTDOWN' && !calls.hasStarted()) {
    return { name: 'ReleaseTask', input: { ...key, reason: 'The daemon is stopping.' }, start: null }
  }
  // Only a started task can end, and the start reports REFUSED.
  const started = calls.hasStarted() ? start : { ...key, resumeResult: null }
  if ('failureReason' in result) {
    const { failureReason } = result
    return {
      name: 'FailTask',
      input: { ...key, ...ending, failureReason, error: fitting(result.error), retryAt: timeOf(result.retryAt) },
      start: started,
    }
  }
  const output = result.output == null ? undefined : fitting(result.output)
  return {
    name: 'CompleteTask',
    input: { ...key, ...ending, output, result: fittingJson(result.result) },
    start: started,
  }
}

function endingOf(calls: ClaimCalls, result: RunResult) {
  const pinned = calls.pinned()
  return {
    sessionId: result.sessionId ?? pinned?.sessionId,
    workDir: result.workDir ?? pinned?.workDir ?? undefined,
    retiredSessionId: result.retiredSessionId ?? calls.retired() ?? undefined,
    transcriptMissing: result.transcriptMissing,
    usage: fittingUsage(result.usage),
  }
}

/** undefined for an invalid date, which would make the whole report unreadable. */
function timeOf(time: Date | null | undefined): string | undefined {
  return time == null || Number.isNaN(time.getTime()) ? undefined : time.toISOString()
}

function failureOf(threw: unknown): Failed {
  return { failureReason: 'agent_error', error: messageOf(threw) || 'The run failed without a message.' }
}

/** A run that was stopped from outside did not fail by itself, so it gets a reason that is retried. */
function stopped(result: RunResult, endedBy: EndedBy | null): RunResult {
  if (!('failureReason' in result)) return result
  if (endedBy === 'SHUTDOWN') {
    return { ...result, failureReason: 'runtime_offline', error: `The daemon stopped. ${result.error}` }
  }
  if (endedBy === 'LOST') return { ...result, failureReason: 'timeout', error: `The lease was lost. ${result.error}` }
  return result
}
