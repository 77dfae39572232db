import type { Liveness } from '../api/follow-log.js'
import { pause, RETRY_MS } from '../api/pause.js'
import { ask, queryClient } from '../api/queries.js'

/**
 * A position near the end of the log, from which following it makes sense: the last event of the conversation that was
 * active last. Following may begin a little early, because who takes events in looks at their versions. Asks until it is
 * told, and reports LOST when it is not; null once `signal` is aborted.
 */
export async function findLogEnd(liveness: (liveness: Liveness) => void, signal: AbortSignal): Promise<string | null> {
  const lost = (): void => {
    if (!signal.aborted) liveness('LOST')
  }
  // The page's queries are tried again for many seconds before they fail. Each try without an answer is one too many.
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
