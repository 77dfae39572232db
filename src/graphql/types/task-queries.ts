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
  description: 'Which tasks to list: those that all given conditions hold for.',
  fields: (t) => ({
    status: t.field({ type: [TaskStatusRef], description: 'In one of these.' }),
    kind: t.field({ type: TaskKindRef, description: 'Chat turns only, or issue work only.' }),
    agentId: t.id({ validate: idRule, description: 'Of this agent.' }),
    runtimeId: t.id({ validate: idRule, description: 'Meant for this runtime.' }),
    issueKey: t.string({ validate: key, description: 'Work on this issue.' }),
    resumeOutcome: t.field({ type: ResumeOutcomeRef, description: 'Whose newest claim was told this.' }),
    resumeReason: t.field({
      type: [ResumeReasonRef],
      description: 'Whose newest claim was given one of these reasons.',
    }),
    createdAfter: t.field({ type: 'DateTime', validate: instant, description: 'Enqueued later than this.' }),
    createdBefore: t.field({ type: 'DateTime', validate: instant, description: 'Enqueued earlier than this.' }),
    finishedAfter: t.field({
      type: 'DateTime',
      validate: instant,
      description: 'Ended later than this; tasks that have not ended are left out.',
    }),
    finishedBefore: t.field({
      type: 'DateTime',
      validate: instant,
      description: 'Ended earlier than this; tasks that have not ended are left out.',
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

/** Whether a filter asks for what changes while tasks live, or for one of few kinds: nothing indexes these. */
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
    description: 'A task by its id; null where the workspace has none of this id.',
    authScopes: { read: true },
    args: { id: t.arg.id({ required: true, validate: idRule, description: 'task_...' }) },
    resolve: (_root, { id }, context) => context.loaders.of(taskById).load(id),
  }),
  tasks: t.connection(
    {
      type: TaskRef,
      description:
        'The tasks of the workspace. A page with a filter other than QUEUED, CLAIMED and RUNNING, one agent, one runtime or ' +
        `one issue looks at ${PAGE_REACH.toLocaleString('en')} tasks at most: it may then hold fewer than were asked for, ` +
        'even none, and `hasNextPage` and `endCursor` say where to go on.',
      authScopes: { read: true },
      args: {
        filter: t.arg({ type: TaskFilterRef, description: 'Which of them; null: all.' }),
        orderBy: t.arg({ type: TaskOrderRef, defaultValue: 'NEWEST_FIRST', description: 'In which order.' }),
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
                ...{ where: { workspaceId, id: range, ...indexed(filter) }, orderBy: { id: order } },
                ...{ skip: PAGE_REACH, take: 1, select: { id: true } },
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
