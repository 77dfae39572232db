import { whyEmpty } from '../claim-queue/why-empty.js'
import { runtimeTopic } from '../wake-ups/hint.js'
import { leaverBy } from '../wake-ups/leaver.js'
import type { Caller } from './calls/caller.js'
import { forbidsDaemon } from './calls/caller.js'
import { LOOK_AGAIN_MS, liveStream } from './feeds/live-stream.js'
import type { Outcome } from './calls/outcome.js'
import { accepted, notFound } from './calls/outcome.js'
import type { Services } from './services/services.js'
import { loadRuntimes } from './transaction/load-rows.js'

/**
 * Reports each time that one of these runtimes may have work, starting with those that have some now. The hint grants
 * nothing: only a claim does. Hints that arrive faster than they are read are merged, one per runtime.
 */
export async function watchRuntimes(
  services: Services,
  caller: Caller,
  { runtimeIds }: { runtimeIds: readonly string[] },
): Promise<Outcome<AsyncIterableIterator<{ runtimeId: string }>>> {
  const { workspaceId } = caller
  const ids = [...new Set(runtimeIds)]
  const known = await loadRuntimes(
    services.database.sql,
    ids.map((id) => [workspaceId, id] as const),
  )
  for (const id of ids) {
    const runtime = known.find((row) => row.id === id)
    if (runtime === undefined) return notFound('rt', id)
    const forbidden = forbidsDaemon(caller, runtime.daemonId)
    if (forbidden !== null) return forbidden
  }
  return accepted(liveStream((left) => watch(services, caller, ids, left)))
}

async function* watch(
  services: Services,
  caller: Caller,
  runtimeIds: readonly string[],
  left: AbortSignal,
): AsyncGenerator<{ runtimeId: string }, void> {
  const { wakeUps, database, clock } = services
  const { workspaceId } = caller
  const idOf = new Map(runtimeIds.map((runtimeId) => [runtimeTopic(workspaceId, runtimeId), runtimeId]))
  const topics = [...idOf.keys()]
  const hinted = new Set<string>()
  const stop = wakeUps.hub.listen(topics, (topic) => hinted.add(topic))
  try {
    const waiting = await whyEmpty(
      database.sql,
      runtimeIds.map((runtimeId) => ({ workspaceId, runtimeId })),
      clock.now(),
    )
    for (const runtime of waiting) if (runtime.claimable) hinted.add(runtimeTopic(workspaceId, runtime.runtimeId))
    while (!left.aborted && !wakeUps.closed) {
      const mark = wakeUps.hub.mark(topics)
      for (const topic of [...hinted]) {
        hinted.delete(topic)
        const runtimeId = idOf.get(topic)
        if (runtimeId !== undefined) yield { runtimeId }
      }
      if (hinted.size > 0) continue
      await wakeUps.listenUntil(topics, mark, LOOK_AGAIN_MS, leaverBy(left))
    }
  } finally {
    stop()
  }
}
