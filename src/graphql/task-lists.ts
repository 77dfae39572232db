import { Prisma } from '../generated/prisma/client.js'
import type { Task } from '../generated/prisma/client.js'
import type { TaskStatus } from '../tasks/task-state.js'
import type { Context } from './context.js'
import { idCursor, resolveConnection } from './keyset-connection.js'
import type { Connection, PageArgs } from './keyset-connection.js'
import { childSlice } from './loaders/pages.js'
import type { ChildRows, Filter } from './loaders/pages.js'

/**
 * The statuses of tasks that have a row of `dispatch`, for Prisma and as SQL over that row. No index covers the status of
 * a task, because it changes often: tasks that have not ended are found by that row, which few tasks have.
 */
const OPEN: Partial<Record<TaskStatus, { where: Prisma.DispatchWhereInput; sql: Prisma.Sql }>> = {
  QUEUED: { where: { state: { not: 'HELD' } }, sql: Prisma.sql`t.state <> 'HELD'` },
  CLAIMED: {
    where: { state: 'HELD', startedAt: null },
    sql: Prisma.sql`t.state = 'HELD' AND t."startedAt" IS NULL`,
  },
  RUNNING: {
    where: { state: 'HELD', startedAt: { not: null } },
    sql: Prisma.sql`t.state = 'HELD' AND t."startedAt" IS NOT NULL`,
  },
}
const DISPATCHED = Prisma.sql`(SELECT d.*, d."taskId" AS id FROM dispatch d)`

const openAmong = (statuses: readonly TaskStatus[]) => statuses.flatMap((status) => OPEN[status] ?? [])

export function whereStatus(statuses: readonly TaskStatus[]): Prisma.TaskWhereInput {
  const open = openAmong(statuses).map(({ where }) => where)
  const ended = { status: { in: statuses.filter((status) => OPEN[status] === undefined) } }
  if (open.length === 0) return ended
  const dispatched = { dispatch: { is: { OR: open } } }
  return open.length === statuses.length ? dispatched : { OR: [dispatched, ended] }
}

function statusFilter(asked: readonly TaskStatus[] | null | undefined): Filter | undefined {
  if (asked == null) return undefined
  const statuses = [...new Set(asked)].sort()
  const name = `status ${statuses.join(' ')}`
  const open = openAmong(statuses).map(({ sql }) => sql)
  if (open.length === 0 || open.length < statuses.length) {
    return { name, sql: Prisma.sql`AND t.status = ANY(${statuses}::text[])` }
  }
  return { name, sql: Prisma.sql`AND (${Prisma.join(open, ' OR ')})`, among: DISPATCHED }
}

export const taskCursor = idCursor('task')

/** Returns the tasks of a runtime, an agent or a conversation, newest first. */
export function tasksOf(
  context: Context,
  parent: 'runtimeId' | 'agentId' | 'conversationId',
  id: string,
  args: PageArgs & { status?: readonly TaskStatus[] | null },
): Promise<Connection<Task>> {
  const rows: ChildRows<Task> = { table: 'task', parent, key: 'id' }
  const filter = statusFilter(args.status)
  return resolveConnection(args, {
    order: 'desc',
    keyOf: (task: Task) => task.id,
    parseCursor: taskCursor,
    rows: (slice) => childSlice(context.loaders, rows, id, slice, filter),
  })
}
