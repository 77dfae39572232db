import DataLoader from 'dataloader'
import type { SessionEvent, Task } from '../../generated/prisma/client.js'
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

/** Events by conversation and version; null if the stream has no such version. */
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

type ClaimedTask = Pick<Task, 'id' | 'conversationId' | 'claimVersion'>

/** The TASK_STARTED event of each task's newest claim; null if its run has not started. */
export function eventOfStart({ prisma, workspaceId }: LoaderSource) {
  return new DataLoader<ClaimedTask, SessionEvent | null, string>(
    async (tasks) => {
      const rows = await prisma.$queryRaw<SessionEvent[]>`
        SELECT e.* FROM unnest(${tasks.map(({ conversationId }) => conversationId)}::text[],
          ${tasks.map(({ id }) => id)}::text[], ${tasks.map(({ claimVersion }) => claimVersion ?? 0)}::int[])
          AS x(conversation, task, claimed)
        JOIN session_event e ON e."workspaceId" = ${workspaceId} AND e."conversationId" = x.conversation
          AND e.version > x.claimed AND e."taskId" = x.task AND e.type = 'TASK_STARTED'`
      const starts = new Map(rows.map((row) => [row.taskId, row]))
      return tasks.map(({ id }) => starts.get(id) ?? null)
    },
    { cacheKeyFn: ({ id, claimVersion }) => `${id} ${claimVersion ?? ''}` },
  )
}
