import type { Liveness } from '../api/follow-log.js'
import { pause, RETRY_MS } from '../api/pause.js'
import { ask, queryClient } from '../api/queries.js'

/**
 * A position near the end of the log to start following from: the last event of the most recently active conversation.
 * Starting a little early does no harm, because listeners check the versions of events. Retries until the server answers,
 * and reports LOST meanwhile; null once `signal` is aborted.
 */
export async function findLogEnd(liveness: (liveness: Liveness) => void, signal: AbortSignal): Promise<string | null> {
  const lost = (): void => {
    if (!signal.aborted) liveness('LOST')
  }
  // A query is retried for many seconds before it fails, so each failed attempt is reported.
  const unsubscribe = queryClient.getQueryCache().subscribe((change) => {
    if (change.type === 'updated' && change.action.type === 'failed') lost()
  })
  try {
    while (!signal.aborted) {
      try {
        return await lastPosition()
      } catch {
        lost()
        await pause(RETRY_MS, signal)
      }
    }
    return null
  } finally {
    unsubscribe()
  }
}

async function lastPosition(): Promise<string> {
  const { conversations } = await queryClient.fetchQuery(ask('LogEnd', {}))
  return conversations.nodes[0]?.events.nodes[0]?.position ?? '0'
}
