import { statement } from '../database/sql.js'
import { signalTopic } from '../wake-ups/hint.js'
import type { ClaimSignal } from '../wake-ups/hint.js'
import { leaverBy } from '../wake-ups/leaver.js'
import type { Caller } from './calls/caller.js'
import { forbidsDaemon } from './calls/caller.js'
import { LOOK_AGAIN_MS, liveStream } from './feeds/live-stream.js'
import type { Outcome } from './calls/outcome.js'
import { accepted } from './calls/outcome.js'
import type { Services } from './services/services.js'

const OWN = statement(
  'daemon_of_runtime',
  `SELECT r."daemonId" FROM runtime r WHERE r."workspaceId" = $1 AND r.id = $2`,
)

/** The most undelivered hints per follower. Further hints are dropped, and the heartbeat reports those claims. */
const MOST_WAITING = 1_000

/**
 * Reports the daemon's claims that are cancelled or lost from now on, on any server. A lost hint is made up for by the next
 * heartbeat.
 */
export function watchClaims(
  services: Services,
  caller: Caller,
  { daemonId }: { daemonId: string },
): Outcome<AsyncIterableIterator<ClaimSignal>> {
  const forbidden = forbidsDaemon(caller, daemonId)
  if (forbidden !== null) return forbidden
  return accepted(liveStream((left) => watch(services, caller, daemonId, left)))
}

async function* watch(
  services: Services,
  caller: Caller,
  daemonId: string,
  left: AbortSignal,
): AsyncGenerator<ClaimSignal, void> {
  const { wakeUps, database } = services
  const waiting: ClaimSignal[] = []
  const daemonOf = new Map<string, string | undefined>()
  const topic = signalTopic(caller.workspaceId)
  const stop = wakeUps.onSignal((signal) => {
    if (signal.workspaceId !== caller.workspaceId || waiting.length >= MOST_WAITING) return
    waiting.push(signal)
  })
  try {
    while (!left.aborted && !wakeUps.closed) {
      const mark = wakeUps.hub.mark([topic])
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const { runtimeId } = next
        if (!daemonOf.has(runtimeId)) {
          const [runtime] = await database.sql.rows<{ daemonId: string }>(OWN, [caller.workspaceId, runtimeId])
          daemonOf.set(runtimeId, runtime?.daemonId)
        }
        if (daemonOf.get(runtimeId) === daemonId) yield next
      }
      await wakeUps.listenUntil([topic], mark, LOOK_AGAIN_MS, leaverBy(left))
    }
  } finally {
    stop()
  }
}
