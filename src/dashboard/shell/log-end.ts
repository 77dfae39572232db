import { isFinal } from '../api/api-error.js'
import { ask, queryClient } from '../api/queries.js'
import type { Result } from '../api/request.js'
import { request } from '../api/request.js'

const RETRY_MS = 4_000

/**
 * A position near the end of the log, from which following it makes sense: the last event of the conversation that was
 * active last. Following may begin a little early, because who takes events in looks at their versions.
 */
export async function findLogEnd(signal: AbortSignal): Promise<string> {
  for (;;) {
    try {
      return await lastPosition()
    } catch (error) {
      if (isFinal(error) || signal.aborted) throw error
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
    }
  }
}

async function lastPosition(): Promise<string> {
  const [{ chatSessions }, { tasks }] = await Promise.all([
    queryClient.fetchQuery(ask('ChatSessions', { after: null })),
    queryClient.fetchQuery(ask('IssueTasks', { after: null })),
  ])
  const newest = newestOf([...chatSessions.nodes, ...tasks.nodes.map(({ conversation }) => conversation)])
  if (newest === null) return '0'
  const { node }: Result<'LastEvent'> = await request('LastEvent', { id: newest })
  return node !== null && 'events' in node ? (node.events.nodes[0]?.position ?? '0') : '0'
}

function newestOf(conversations: readonly ({ id: string } & { lastActivityAt?: string })[]): string | null {
  const dated = conversations.flatMap(({ id, lastActivityAt }) =>
    lastActivityAt === undefined ? [] : [{ id, lastActivityAt }],
  )
  return dated.toSorted((a, b) => b.lastActivityAt.localeCompare(a.lastActivityAt))[0]?.id ?? null
}
