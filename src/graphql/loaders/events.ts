import DataLoader from 'dataloader'
import type { SessionEvent } from '../../generated/prisma/client.js'
import type { LoaderSource } from './loaders.js'
import { byKey } from './by-key.js'

export const eventById = byKey<SessionEvent>(
  ({ prisma, workspaceId }, ids) => prisma.sessionEvent.findMany({ where: { workspaceId, id: { in: [...ids] } } }),
  (event) => event.id,
)

interface EventKey {
  conversationId: string
  version: number
}

const textOf = ({ conversationId, version }: EventKey): string => `${conversationId} ${version}`

/** Events by their place in their conversation's stream; null where the stream has none there. */
export function eventByVersion({ prisma, workspaceId }: LoaderSource) {
  return new DataLoader<EventKey, SessionEvent | null, string>(
    async (keys) => {
      const rows = await prisma.$queryRaw<SessionEvent[]>`
        SELECT e.* FROM unnest(${keys.map((key) => key.conversationId)}::text[], ${keys.map((key) => key.version)}::int[])
          AS x(id, version)
        JOIN session_event e ON e."workspaceId" = ${workspaceId} AND e."conversationId" = x.id AND e.version = x.version`
      const events = new Map(rows.map((row) => [textOf(row), row]))
      return keys.map((key) => events.get(textOf(key)) ?? null)
    },
    { cacheKeyFn: textOf },
  )
}
