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
import { storedPolicy } from '../../session-pointer/resume-policy.js'
import { TaskStatusRef } from './task-enums.js'

AgentRef.implement({
  description: 'A named configuration of a coding agent on one runtime. Each conversation belongs to one agent.',
  interfaces: [NodeRef],
  fields: (t) => ({
    id: t.exposeID('id', { description: 'ID of the agent. Example: `agt_01h2xcejqtf2nbrexx3vqjhp41`.' }),
    name: t.exposeString('name', { description: 'Display name.' }),
    runtime: t.field({
      type: RuntimeRef,
      description: 'The runtime that new tasks of the agent are enqueued for.',
      resolve: ({ runtimeId }, _args, context) => required(context, runtimeById, runtimeId),
    }),
    maxConcurrentTasks: t.exposeInt('maxConcurrentTasks', {
      description: "Maximum number of the agent's tasks that may be `CLAIMED` or `RUNNING` at once, 1 to 1,000.",
    }),
    config: t.expose('config', {
      type: 'JSON',
      nullable: true,
      description:
        "Configuration for the agent's daemon, such as model, instructions and permissions; see " +
        '`agentConfigSchema`. Null if none is set.',
    }),
    revision: t.exposeInt('revision', {
      description:
        "Number of the configuration's revision. It starts at 1 and increases by 1 whenever `config` changes.",
    }),
    resumePolicy: t.field({
      type: ResumePolicyRef,
      description: "Rules that decide which sessions the agent's runs may resume.",
      resolve: storedPolicy,
    }),
    archivedAt: t.expose('archivedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Time of archiving. An archived agent accepts no new work. Null while the agent is active.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'Time of creation.' }),
    tasks: t.connection(
      {
        type: TaskRef,
        description: "The agent's tasks, newest first.",
        args: {
          status: t.arg({ type: [TaskStatusRef], description: 'Only tasks with one of these statuses. Null: all.' }),
        },
        resolve: ({ id }, args, context) => tasksOf(context, 'agentId', id, args),
      },
      TaskConnection,
    ),
    chatSessions: t.connection(
      {
        type: ChatSessionRef,
        description: "The agent's chat sessions, newest first.",
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
        includeArchived: t.arg.boolean({ defaultValue: false, description: 'Whether to include archived agents.' }),
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
