import type { Prisma, Task } from '../../generated/prisma/client.js'
import { builder } from '../builder.js'
import { callerOf } from '../context.js'
import { id as idRule, instant, key } from '../input-rules.js'
import { PAGE_REACH, resolveConnection } from '../keyset-connection.js'
import type { Stretch } from '../keyset-connection.js'
import { taskById } from '../loaders/rows.js'
import { TaskConnection, TaskRef } from '../refs.js'
import { taskCursor, whereStatus } from '../task-lists.js'
import { ResumeOutcomeRef, ResumeReasonRef } from './decision-enums.js'
import { TaskKindRef, TaskOrderRef, TaskStatusRef } from './task-enums.js'

const TaskFilterRef = builder.inputType('TaskFilter', {
  description: 'Conditions on tasks. A task must meet all of them; null conditions are ignored.',
  fields: (t) => ({
    status: t.field({ type: [TaskStatusRef], description: 'Statuses, one of which the task has.' }),
    kind: t.field({ type: TaskKindRef, description: '`CHAT`: chat turns. `ISSUE`: issue work.' }),
    agentId: t.id({ validate: idRule, description: 'Agent of the task (`agt_...`).' }),
    runtimeId: t.id({ validate: idRule, description: 'Runtime that the task is enqueued for (`rt_...`).' }),
    issueKey: t.string({ validate: key, description: 'Key of the issue in its tracker.' }),
    resumeOutcome: t.field({ type: ResumeOutcomeRef, description: "Outcome of the newest claim's decision." }),
    resumeReason: t.field({
      type: [ResumeReasonRef],
      description: "Reasons, one of which the newest claim's decision has.",
    }),
    createdAfter: t.field({ type: 'DateTime', validate: instant, description: 'Enqueued after this time.' }),
    createdBefore: t.field({ type: 'DateTime', validate: instant, description: 'Enqueued before this time.' }),
    finishedAfter: t.field({
      type: 'DateTime',
      validate: instant,
      description: 'Ended after this time. Excludes tasks that have not ended.',
    }),
    finishedBefore: t.field({
      type: 'DateTime',
      validate: instant,
      description: 'Ended before this time. Excludes tasks that have not ended.',
    }),
  }),
})

function whereFilter(filter: typeof TaskFilterRef.$inferInput): Prisma.TaskWhereInput {
  const { status, kind, agentId, runtimeId, issueKey, resumeOutcome, resumeReason } = filter
  const createdAt = between(filter.createdAfter, filter.createdBefore)
  const finishedAt = between(filter.finishedAfter, filter.finishedBefore)
  return {
    ...(createdAt === null ? {} : { createdAt }),
    ...(finishedAt === null ? {} : { finishedAt }),
    ...(status == null ? {} : whereStatus([...new Set(status)])),
    ...(kind == null ? {} : { kind }),
    ...(agentId == null ? {} : { agentId }),
    ...(runtimeId == null ? {} : { runtimeId }),
    ...(issueKey == null ? {} : { conversation: { issueKey } }),
    ...(resumeOutcome == null ? {} : { resumeOutcome }),
    ...(resumeReason == null ? {} : { resumeReason: { in: resumeReason } }),
  }
}

function between(after: Date | null | undefined, before: Date | null | undefined): Prisma.DateTimeFilter | null {
  if (after == null && before == null) return null
  return { ...(after == null ? {} : { gt: after }), ...(before == null ? {} : { lt: before }) }
}

/** Whether a filter has a condition that no index covers: on values that change often, or that have few kinds. */
function looksAtEach({ status, kind, issueKey, ...filter }: typeof TaskFilterRef.$inferInput): boolean {
  if (issueKey != null) return false
  const ended = status?.some((one) => one === 'COMPLETED' || one === 'FAILED' || one === 'CANCELLED') ?? false
  const told = filter.resumeOutcome != null || filter.resumeReason != null
  const times = [filter.createdAfter, filter.createdBefore, filter.finishedAfter, filter.finishedBefore]
  if (times.some((time) => time != null)) return true
  return ended || kind != null || told || (filter.agentId != null && filter.runtimeId != null)
}

function indexed({ agentId, runtimeId }: typeof TaskFilterRef.$inferInput): Prisma.TaskWhereInput {
  if (agentId != null) return { agentId }
  return runtimeId == null ? {} : { runtimeId }
}

builder.queryFields((t) => ({
  task: t.field({
    type: TaskRef,
    nullable: true,
    description: 'A task by ID. Null if the workspace has none with this ID.',
    authScopes: { read: true },
    args: { id: t.arg.id({ required: true, validate: idRule, description: 'ID of the task (`task_...`).' }) },
    resolve: (_root, { id }, context) => context.loaders.of(taskById).load(id),
  }),
  tasks: t.connection(
    {
      type: TaskRef,
      description:
        'The tasks of the workspace. An index serves the statuses `QUEUED`, `CLAIMED` and `RUNNING`, one agent, one runtime ' +
        `and one issue. With any other filter, a page scans at most ${PAGE_REACH.toLocaleString('en')} tasks. It may return ` +
        'fewer entries than requested, or none, although more follow: continue with `endCursor` while `hasNextPage` is true.',
      authScopes: { read: true },
      args: {
        filter: t.arg({ type: TaskFilterRef, description: 'Conditions that the tasks meet. Null: all tasks.' }),
        orderBy: t.arg({ type: TaskOrderRef, defaultValue: 'NEWEST_FIRST', description: 'Order of the list.' }),
      },
      resolve: (_root, args, context) => {
        const { workspaceId } = callerOf(context)
        const { prisma } = context.services.database
        const filter = args.filter ?? {}
        const where = whereFilter(filter)
        return resolveConnection(args, {
          order: args.orderBy === 'OLDEST_FIRST' ? 'asc' : 'desc',
          keyOf: (task: Task) => task.id,
          parseCursor: taskCursor,
          rows: ({ range, order, take }) =>
            prisma.task.findMany({ where: { workspaceId, id: range, ...where }, orderBy: { id: order }, take }),
          ...(looksAtEach(filter) && {
            inLine: (look) => context.services.searches.run(callerOf(context).tokenId, look),
            async reach({ range, order }: Stretch<string>) {
              const [last] = await prisma.task.findMany({
                where: { workspaceId, id: range, ...indexed(filter) },
                orderBy: { id: order },
                skip: PAGE_REACH,
                take: 1,
                select: { id: true },
              })
              return last?.id ?? null
            },
          }),
        })
      },
    },
    TaskConnection,
  ),
}))
