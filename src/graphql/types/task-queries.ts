import type { Prisma, Task } from '../../generated/prisma/client.js'
import { builder } from '../builder.js'
import { callerOf } from '../context.js'
import { id as idRule, key } from '../input-rules.js'
import { resolveConnection } from '../keyset-connection.js'
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
  }),
})

function whereFilter(filter: typeof TaskFilterRef.$inferInput): Prisma.TaskWhereInput {
  const { status, kind, agentId, runtimeId, issueKey, resumeOutcome, resumeReason } = filter
  return {
    ...(status == null ? {} : whereStatus([...new Set(status)])),
    ...(kind == null ? {} : { kind }),
    ...(agentId == null ? {} : { agentId }),
    ...(runtimeId == null ? {} : { runtimeId }),
    ...(issueKey == null ? {} : { conversation: { issueKey } }),
    ...(resumeOutcome == null ? {} : { resumeOutcome }),
    ...(resumeReason == null ? {} : { resumeReason: { in: resumeReason } }),
  }
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
      description: 'The tasks of the workspace.',
      authScopes: { read: true },
      args: {
        filter: t.arg({ type: TaskFilterRef, description: 'Which of them; null: all.' }),
        orderBy: t.arg({ type: TaskOrderRef, defaultValue: 'NEWEST_FIRST', description: 'In which order.' }),
      },
      resolve: (_root, args, context) => {
        const { workspaceId } = callerOf(context)
        const where = whereFilter(args.filter ?? {})
        return resolveConnection(args, {
          order: args.orderBy === 'OLDEST_FIRST' ? 'asc' : 'desc',
          keyOf: (task: Task) => task.id,
          parseCursor: taskCursor,
          rows: ({ range, order, take }) =>
            context.services.database.prisma.task.findMany({
              where: { workspaceId, id: range, ...where },
              orderBy: { id: order },
              take,
            }),
        })
      },
    },
    TaskConnection,
  ),
}))
