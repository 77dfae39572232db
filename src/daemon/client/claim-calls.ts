import { ApiError } from './api-error.js'
import type { Client, VariablesOf } from './client.js'
import type { HeldClaim } from './held-claims.js'
import type { Log } from './log.js'
import { messageOf } from './log.js'
import type { Start } from './report.js'
import { untilAnswered } from './until-answered.js'

export type ResumeResult = NonNullable<VariablesOf<'StartTask'>['input']['resumeResult']>

/** A provider's session and its directory (absolute). */
export interface Session {
  sessionId: string
  workDir?: string | null
}

/** The calls about a claim during its run, sent one after the other. */
export interface ClaimCalls {
  /** Starts the run. Only the first call is sent, but a later REFUSED still retires the offered session at the end. */
  start(resumeResult: ResumeResult | null): Promise<void>
  pin(session: Session): Promise<void>
  /** Stops retries, and waits for the call in progress. */
  close(): Promise<void>
  hasStarted(): boolean
  /** The start, if the server has not confirmed it. */
  unconfirmedStart(): Start | null
  pinned(): Session | null
  /** The offered session, if the provider refused it after the start was sent. */
  retired(): string | null
}

export function claimCalls(client: Client, held: HeldClaim, log: Log): ClaimCalls {
  const { claimToken, task, priorSessionId } = held.claim
  const closing = new AbortController()
  let queue = Promise.resolve()
  let start: Start | null = null
  let confirmed = false
  let pinned: Session | null = null
  let retired: string | null = null

  /** Never rejects: a run that forgets to await a pin must not take the process down. */
  function inTurn(what: string, send: () => Promise<unknown>): Promise<void> {
    queue = queue.then(async () => {
      if (closing.signal.aborted) return
      try {
        await untilAnswered(send, { signal: closing.signal })
      } catch (error) {
        const by = endOf(error)
        if (by !== null) held.end(by)
        log('warn', `The server did not accept the ${what}.`, { taskId: task.id, error: messageOf(error) })
      }
    })
    return queue
  }

  return {
    start(resumeResult) {
      if (start !== null) {
        if (resumeResult === 'REFUSED' && start.resumeResult !== 'REFUSED') retired = priorSessionId
        return queue
      }
      const input: Start = { taskId: task.id, claimToken, resumeResult }
      start = input
      return inTurn('start', async () => {
        await client.send('StartTask', { input })
        confirmed = true
      })
    },
    pin(session) {
      if (pinned?.sessionId === session.sessionId && pinned.workDir === session.workDir) return queue
      pinned = session
      const { sessionId, workDir } = session
      return inTurn('pin', () =>
        client.send('PinTaskSession', { input: { taskId: task.id, claimToken, sessionId, workDir } }),
      )
    },
    close() {
      closing.abort()
      return queue
    },
    hasStarted: () => start !== null,
    unconfirmedStart: () => (confirmed ? null : start),
    pinned: () => pinned,
    retired: () => retired,
  }
}

/** How a refusal says that the claim ended; null if it does not. */
function endOf(error: unknown): 'CANCELLED' | 'LOST' | null {
  if (!(error instanceof ApiError)) return null
  if (error.code === 'ILLEGAL_TRANSITION') return error.status === 'CANCELLED' ? 'CANCELLED' : 'LOST'
  return error.code === 'STALE_CLAIM' || error.code === 'NOT_FOUND' ? 'LOST' : null
}
