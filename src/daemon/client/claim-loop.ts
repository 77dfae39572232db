import { monotonicMs } from '../clock.js'
import { newRequestId } from '../ids.js'
import { ApiError } from './api-error.js'
import type { Client, ResultOf, VariablesOf } from './client.js'
import type { Claim } from './held-claims.js'
import { idleBesideWork } from './idle-beside-work.js'
import type { Log } from './log.js'
import { pause } from './pause.js'
import { untilAnswered } from './until-answered.js'

/** How much longer than the wait itself an answer may take. */
const GRACE_MS = 15_000
/** Prevents a tight loop when the server keeps answering at once. */
const SHORTEST_PAUSE_MS = 50

interface Claiming {
  client: Client
  runtimeIds: string[]
  waitSeconds: number
  leaseSeconds: number | null
  /** Resolves with the number of free slots, 1 or more; or with 0 as soon as the signal has fired. */
  freeSlots: () => Promise<number>
  /** `askedAt`: the time of the request, in monotonic milliseconds. */
  take: (claims: readonly Claim[], askedAt: number) => void
  /** Whether nothing runs. */
  isIdle: () => boolean
  log: Log
  signal: AbortSignal
}

/**
 * Claims as many tasks as there are free slots, until the signal fires. Rejects only if the server refuses the daemon
 * itself.
 */
export async function claimWork({ client, take, freeSlots, isIdle, signal, log, ...asking }: Claiming): Promise<void> {
  const tellIdle = idleBesideWork(log)
  for (;;) {
    const free = await freeSlots()
    if (signal.aborted) return
    const { runtimeIds, waitSeconds, leaseSeconds } = asking
    // Each request has a new id. A retry keeps the id, so that the server repeats its first answer.
    const input = { runtimeIds, waitSeconds, leaseSeconds, max: Math.min(100, free), requestId: newRequestId() }
    let askedAt = monotonicMs()
    try {
      const answer = await untilAnswered(
        () => {
          askedAt = monotonicMs()
          return client.send('ClaimTasks', { input }, { signal, timeoutMs: waitSeconds * 1000 + GRACE_MS })
        },
        { signal },
      )
      take(answer.claimTasks.claims, askedAt)
      tellIdle(answer.claimTasks.noTask, isIdle())
      await pause(pauseAfter(answer.claimTasks, monotonicMs() - askedAt, waitSeconds), signal)
    } catch (error) {
      if (signal.aborted) return askLast(client, input, take)
      // The stored answer may have expired. The next request then has a new id.
      if (!(error instanceof ApiError && error.code === 'REQUEST_ID_REUSED')) throw error
    }
  }
}

/** No pause after work or after a full wait. If the server answers early without work, it says when to ask again. */
function pauseAfter(answer: ResultOf<'ClaimTasks'>['claimTasks'], tookMs: number, waitSeconds: number): number {
  if (answer.noTask === null) return 0
  const held = waitSeconds > 0 && tookMs >= waitSeconds * 900
  return held ? SHORTEST_PAUSE_MS : Math.max(SHORTEST_PAUSE_MS, answer.noTask.retryAfterSeconds * 1000)
}

/** Repeats the last request, which was aborted but may have been granted, so that its tasks can be released. */
async function askLast(
  client: Client,
  input: VariablesOf<'ClaimTasks'>['input'],
  take: Claiming['take'],
): Promise<void> {
  const askedAt = monotonicMs()
  try {
    const answer = await client.send('ClaimTasks', { input: { ...input, waitSeconds: 0 } }, { timeoutMs: 5000 })
    take(answer.claimTasks.claims, askedAt)
  } catch {
    // The leases of these tasks expire by themselves.
  }
}
