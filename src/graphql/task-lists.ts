import { Prisma } from '../generated/prisma/client.js'
import type { Task } from '../generated/prisma/client.js'
import type { TaskStatus } from '../tasks/task-state.js'
import type { Context } from './context.js'
import { idCursor, resolveConnection } from './keyset-connection.js'
import type { Connection, PageArgs } from './keyset-connection.js'
import { childSlice } from './loaders/pages.js'
import type { ChildRows, Filter } from './loaders/pages.js'

type Where = Prisma.TaskWhereInput

const HELD = ['CLAIMED', 'RUNNING'] as const
const HELD_ROW = { is: { state: 'HELD' } }

/**
 * Selects tasks by status. No index covers the status, because it changes often: queued and active tasks are found by
 * their dispatch row, and only ended ones, the majority, by the status itself.
 */
export function whereStatus(statuses: readonly TaskStatus[]): Where {
  const held = statuses.filter((status) => status === 'CLAIMED' || status === 'RUNNING')
  const ended = statuses.filter((status) => status !== 'QUEUED' && status !== 'CLAIMED' && status !== 'RUNNING')
  const either: Where[] = []
  if (statuses.includes('QUEUED')) either.push({ dispatch: { is: { state: { not: 'HELD' } } } })
  if (held.length === HELD.length) either.push({ dispatch: HELD_ROW })
  else if (held.length > 0) either.push({ dispatch: HELD_ROW, status: { in: held } })
  if (ended.length > 0) either.push({ status: { in: ended } })
  return either.length === 1 && either[0] !== undefined ? either[0] : { OR: either }
}

function statusFilter(asked: readonly TaskStatus[] | null | undefined): Filter<Where> {
  if (asked == null) return { name: '', where: {}, sql: Prisma.empty }
  const statuses = [...new Set(asked)].sort()
  return {
    name: `status ${statuses.join(' ')}`,
    where: whereStatus(statuses),
    sql: Prisma.sql`AND t.status = ANY(${statuses}::text[])`,
  }
}

const OF: Record<'runtimeId' | 'agentId' | 'conversationId', ChildRows<Task, string, Where>> = {
  runtimeId: {
    table: 'task',
    parent: 'runtimeId',
    key: 'id',
    find: (prisma, { workspaceId, parent, range, order, take, where }) =>
      prisma.task.findMany({
        where: { workspaceId, runtimeId: parent, id: range, ...where },
        orderBy: { id: order },
        take,
      }),
  },
  agentId: {
    table: 'task',
    parent: 'agentId',
    key: 'id',
    find: (prisma, { workspaceId, parent, range, order, take, where }) =>
      prisma.task.findMany({
        where: { workspaceId, agentId: parent, id: range, ...where },
        orderBy: { id: order },
        take,
      }),
  },
  conversationId: {
    table: 'task',
    parent: 'conversationId',
    key: 'id',
    find: (prisma, { workspaceId, parent, range, order, take, where }) =>
      prisma.task.findMany({
        where: { workspaceId, conversationId: parent, id: range, ...where },
        orderBy: { id: order },
        take,
      }),
  },
}

export const taskCursor = idCursor('task')

/** Returns the tasks of a runtime, an agent or a conversation, newest first. */
export function tasksOf(
  context: Context,
  parent: keyof typeof OF,
  id: string,
  args: PageArgs & { status?: readonly TaskStatus[] | null },
): Promise<Connection<Task>> {
  const filter = statusFilter(args.status)
  return resolveConnection(args, {
    order: 'desc',
    keyOf: (task: Task) => task.id,
    parseCursor: taskCursor,
    rows: (slice) => childSlice(context.loaders, OF[parent], id, slice, filter),
  })
}
