import { createHash } from 'node:crypto'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { Accounts } from './accounts.js'
import type { AccountOf } from './accounts.js'
import { claimWork } from './claim-loop.js'
import { createClient } from './client.js'
import type { ClientOptions } from './client.js'
import { beat, shortestLease } from './heartbeats.js'
import { HeldClaims } from './held-claims.js'
import { thisInstance } from './instance.js'
import { Hurry } from './hurry.js'
import { introduce } from './introduce.js'
import type { Provider } from './introduce.js'
import { silent } from './log.js'
import type { Log } from './log.js'
import { openOutbox } from './outbox.js'
import { tellOutages } from './outage.js'
import type { Run } from './run-claim.js'
import { Runs } from './runs.js'
import { followSignals } from './signals.js'
import { Slots } from './slots.js'

export interface DaemonOptions extends ClientOptions {
  /** Names this machine; one process at a time may use it. */
  daemonId: string
  /** The providers that `run` can run, by name or with details. */
  providers: readonly (string | Provider)[]
  /** Runs one task. What it returns completes the task, what it throws fails it. */
  run: Run
  /** The number of runs at the same time, 1 to 1000; 4 by default. */
  slots?: number
  /** How long the server may hold a claim request until work arrives, 0 to 60 s; 20 by default. */
  waitSeconds?: number
  /** The lease to request, 1 to 3600 s; the server's by default. */
  leaseSeconds?: number
  /**
   * Called before each heartbeat, which reports a changed account to the server. Another account ends a runtime's
   * cooldown.
   */
  accountOf?: AccountOf
  /** The file of reports that the server has not answered; by default a file in ~/.baton for this server and daemonId. */
  outboxFile?: string
  /**
   * Called once the server has accepted this daemon, before it delivers, recovers or claims anything. Use it to end
   * processes that an earlier daemon left running. It is not called if the server refuses the daemon. `start` throws
   * its error.
   */
  prepare?: () => Promise<void>
  log?: Log
}

export interface Daemon {
  /**
   * Resolves when the daemon is registered and claims work. Rejects if the server refuses the daemon: the token is wrong, or
   * another machine is alive under the same daemonId.
   */
  start(): Promise<void>
  /**
   * Claims no more work, releases tasks that have not started, and gives runs `graceSeconds` (60 by default) to finish
   * before their signals fire. Resolves when every report is delivered, or stored for the next start.
   */
  stop(options?: { graceSeconds?: number }): Promise<void>
  /**
   * Resolves after stop. Rejects if the server refuses this daemon while it runs: the token is revoked, or another machine
   * took over the daemonId.
   */
  readonly stopped: Promise<void>
}

/** Creates a daemon around `run`. It handles claims, leases, cancellations, reports and restarts. */
export function createDaemon(options: DaemonOptions): Daemon {
  const { daemonId, run, slots: capacity = 4, waitSeconds = 20, leaseSeconds = null, log = silent } = options
  const client = tellOutages(createClient(options), log)
  const stopping = new AbortController()
  const exiting = new AbortController()
  const beating = new AbortController()
  const slots = new Slots(capacity, stopping.signal)
  let runs: Runs | null = null
  let claiming = Promise.resolve()
  let ended: Promise<void> | null = null
  let settle = { resolve: () => {}, reject: (_refusal: unknown) => {} }
  const stopped = new Promise<void>((resolve, reject) => (settle = { resolve, reject }))

  async function start(): Promise<void> {
    const outboxFile = options.outboxFile ?? defaultOutbox(options.url, daemonId)
    const outbox = await openOutbox(outboxFile)
    const shared = { client, log, daemonId, instance: await thisInstance(outboxFile) }
    const introduced = await introduce({
      ...shared,
      providers: options.providers,
      outbox,
      signal: stopping.signal,
      prepare: options.prepare ?? (async () => undefined),
    })
    if (stopping.signal.aborted) return
    const { runtimes, timers } = introduced
    const runtimeIds = runtimes.map(({ runtimeId }) => runtimeId)
    const lease = shortestLease(timers, leaseSeconds)
    const held = new HeldClaims(lease * 1000)
    const begun = new Runs({ ...shared, outbox, run, held, slots, stopping: stopping.signal, exiting: exiting.signal })
    runs = begun
    const hurry = new Hurry()
    const beats = beat({
      ...shared,
      runtimeIds,
      held,
      signal: beating.signal,
      hurry,
      accounts: new Accounts(runtimes, options.accountOf),
      firstBeatSeconds: timers.heartbeat,
      leaseSeconds: lease,
    })
    const hint = () => hurry.now()
    followSignals({ options, daemonId, held, hint, log, signal: beating.signal }).catch(() => undefined)
    claiming = claimWork({
      ...shared,
      runtimeIds,
      waitSeconds,
      leaseSeconds,
      signal: stopping.signal,
      freeSlots: () => slots.free(),
      isIdle: () => slots.isIdle,
      take: (claims, askedAt) => begun.begin(claims, askedAt),
    })
    for (const loop of [beats, claiming]) loop.catch((refusal: unknown) => end(0, refusal))
  }

  function end(graceSeconds: number, refusal?: unknown): Promise<void> {
    ended ??= wind(graceSeconds).then(() => (refusal === undefined ? settle.resolve() : settle.reject(refusal)))
    return ended
  }

  async function wind(graceSeconds: number): Promise<void> {
    stopping.abort()
    await claiming.catch(() => undefined)
    await runs?.finish(graceSeconds * 1000, () => exiting.abort())
    beating.abort()
  }

  return { start, stop: ({ graceSeconds = 60 } = {}) => end(graceSeconds), stopped }
}

function defaultOutbox(url: string, daemonId: string): string {
  const key = createHash('sha256').update(`${url}\0${daemonId}`).digest('hex').slice(0, 12)
  return join(homedir(), '.baton', `${daemonId.replaceAll(/[^A-Za-z0-9-]/g, '_').slice(0, 60)}-${key}.outbox.json`)
}
