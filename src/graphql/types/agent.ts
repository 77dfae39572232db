import type { Agent } from '../../generated/prisma/client.js'
import { builder } from '../builder.js'
import { chatsOf } from '../chat-lists.js'
import { callerOf } from '../context.js'
import { idCursor, resolveConnection } from '../keyset-connection.js'
import { runtimeById } from '../loaders/rows.js'
import { readPage } from '../loaders/text-rows.js'
import {
  AgentConnection,
  AgentRef,
  ChatSessionConnection,
  ChatSessionRef,
  NodeRef,
  ResumePolicyRef,
  RuntimeRef,
  TaskConnection,
  TaskRef,
} from '../refs.js'
import { required } from '../relations.js'
import { tasksOf } from '../task-lists.js'
import { storedPolicy } from './policy.js'
import { TaskStatusRef } from './task-enums.js'

AgentRef.implement({
  description: 'A worker with a config of its own, on one runtime. Conversations are held with an agent.',
  interfaces: [NodeRef],
  fields: (t) => ({
    id: t.exposeID('id', { description: 'agt_...' }),
    name: t.exposeString('name', { description: 'What people call it.' }),
    runtime: t.field({
      type: RuntimeRef,
      description: 'Where its new tasks are meant for.',
      resolve: ({ runtimeId }, _args, context) => required(context, runtimeById, runtimeId),
    }),
    maxConcurrentTasks: t.exposeInt('maxConcurrentTasks', {
      description: 'How many of its tasks may be CLAIMED or RUNNING at once.',
    }),
    config: t.expose('config', {
      type: 'JSON',
      nullable: true,
      description: 'What its daemon needs to run it: model, instructions, permissions ... See agentConfigSchema.',
    }),
    revision: t.exposeInt('revision', { description: 'Grows by one each time config changes.' }),
    resumePolicy: t.field({
      type: ResumePolicyRef,
      description: 'Which sessions its runs may resume.',
      resolve: storedPolicy,
    }),
    archivedAt: t.expose('archivedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was archived: since then it takes no new work. null: it is in use.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    tasks: t.connection(
      {
        type: TaskRef,
        description: 'Its tasks, newest first.',
        args: { status: t.arg({ type: [TaskStatusRef], description: 'Only tasks in one of these.' }) },
        resolve: ({ id }, args, context) => tasksOf(context, 'agentId', id, args),
      },
      TaskConnection,
    ),
    chatSessions: t.connection(
      {
        type: ChatSessionRef,
        description: 'Its chat sessions, newest first.',
        resolve: ({ id }, args, context) => chatsOf(context, id, args),
      },
      ChatSessionConnection,
    ),
  }),
})

builder.queryField('agents', (t) =>
  t.connection(
    {
      type: AgentRef,
      description: 'The agents of the workspace, newest first.',
      authScopes: { read: true },
      args: {
        includeArchived: t.arg.boolean({ defaultValue: false, description: 'Show the archived ones, too.' }),
      },
      resolve: (_root, args, context) => {
        const { workspaceId } = callerOf(context)
        const where = args.includeArchived === true ? {} : { archivedAt: null }
        return resolveConnection(args, {
          order: 'desc',
          keyOf: (agent: Agent) => agent.id,
          parseCursor: idCursor('agt'),
          rows: ({ range, order, take }) =>
            readPage(context.loaders, () =>
              context.services.database.prisma.agent.findMany({
                where: { workspaceId, id: range, ...where },
                orderBy: { id: order },
                take,
              }),
            ),
        })
      },
    },
    AgentConnection,
  ),
)
