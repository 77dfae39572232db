import type { Prisma, Runtime } from '../../generated/prisma/client.js'
import { coolingUntil } from '../../tasks/cooling.js'
import { isSilent, offlineBefore } from '../../use-cases/daemon-instance.js'
import { builder } from '../builder.js'
import { callerOf } from '../context.js'
import type { Context } from '../context.js'
import { idCursor, resolveConnection } from '../keyset-connection.js'
import { queueDepthByRuntime } from '../loaders/queue-depth.js'
import { readPage } from '../loaders/text-rows.js'
import { NodeRef, RuntimeConnection, RuntimeRef, TaskConnection, TaskRef } from '../refs.js'
import { tasksOf } from '../task-lists.js'
import { TaskStatusRef } from './task-enums.js'

type RuntimeStatus = 'ONLINE' | 'OFFLINE' | 'DEREGISTERED'

const RuntimeStatusRef = builder.enumType('RuntimeStatus', {
  description: 'Whether a runtime can be expected to claim work.',
  values: {
    ONLINE: { description: 'Its daemon was heard of lately (see `serverTimers.runtimeOffline`).' },
    OFFLINE: { description: 'Its daemon has been silent for too long.' },
    DEREGISTERED: { description: 'Taken out of service. Registering it again brings it back.' },
  },
})

function statusOf({ deregisteredAt, lastSeenAt }: Runtime, { services }: Context): RuntimeStatus {
  if (deregisteredAt !== null) return 'DEREGISTERED'
  return isSilent(lastSeenAt, services.clock.now(), services.timers) ? 'OFFLINE' : 'ONLINE'
}

function whereStatus(status: RuntimeStatus, { services }: Context): Prisma.RuntimeWhereInput {
  if (status === 'DEREGISTERED') return { deregisteredAt: { not: null } }
  const since = offlineBefore(services.clock.now(), services.timers)
  if (status === 'ONLINE') return { deregisteredAt: null, lastSeenAt: { gte: since } }
  return { deregisteredAt: null, OR: [{ lastSeenAt: null }, { lastSeenAt: { lt: since } }] }
}

RuntimeRef.implement({
  description:
    'One coding-agent CLI (the provider) on one machine. Provider sessions live on the runtime that made them. ' +
    'A runtime is known by its daemonId and provider: registering both again gives the same one.',
  interfaces: [NodeRef],
  fields: (t) => ({
    id: t.exposeID('id', { description: 'rt_...' }),
    daemonId: t.exposeString('daemonId', { description: 'The daemon that runs it: one for each machine.' }),
    provider: t.exposeString('provider', { description: 'Which CLI it is, for example claude or codex.' }),
    name: t.exposeString('name', { description: 'What people call it.' }),
    status: t.field({
      type: RuntimeStatusRef,
      description: 'Whether it can be expected to claim work.',
      resolve: (runtime, _args, context) => statusOf(runtime, context),
    }),
    host: t.string({
      nullable: true,
      description: 'The name of its machine: as it was registered, else as the daemon told of its instance.',
      resolve: ({ host, instanceHost }) => host ?? instanceHost,
    }),
    cliVersion: t.exposeString('cliVersion', { nullable: true, description: 'The version of the CLI.' }),
    account: t.exposeString('account', {
      nullable: true,
      description: 'An opaque fingerprint of the provider account that is logged in. Sessions do not cross accounts.',
    }),
    store: t.exposeString('store', {
      nullable: true,
      description: 'An opaque fingerprint of where the CLI keeps its sessions. They do not cross stores.',
    }),
    metadata: t.expose('metadata', {
      type: 'JSON',
      nullable: true,
      description: 'Whatever its daemon tells about it.',
    }),
    lastSeenAt: t.expose('lastSeenAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When its daemon was last heard of.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was first registered.' }),
    coolingUntil: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        'No claims on it before: its account is used up or logged out. Ends earlier when the runtime is registered, or its ' +
        'heartbeat comes, with another account. null: it does not cool down.',
      resolve: (runtime, _args, { services }) => coolingUntil(runtime, services.clock.now()),
    }),
    queueDepth: t.int({
      description: 'How many QUEUED tasks are meant for it, the ones that are not yet available included.',
      resolve: ({ id }, _args, context) => context.loaders.of(queueDepthByRuntime).load(id),
    }),
    tasks: t.connection(
      {
        type: TaskRef,
        description: 'The tasks that are meant for it, newest first.',
        args: { status: t.arg({ type: [TaskStatusRef], description: 'Only tasks in one of these.' }) },
        resolve: ({ id }, args, context) => tasksOf(context, 'runtimeId', id, args),
      },
      TaskConnection,
    ),
  }),
})

builder.queryField('runtimes', (t) =>
  t.connection(
    {
      type: RuntimeRef,
      description: 'The runtimes of the workspace, newest first.',
      authScopes: { read: true },
      args: { status: t.arg({ type: RuntimeStatusRef, description: 'Only runtimes in this status.' }) },
      resolve: (_root, args, context) => {
        const { workspaceId } = callerOf(context)
        const where = args.status == null ? {} : whereStatus(args.status, context)
        return resolveConnection(args, {
          order: 'desc',
          keyOf: (runtime: Runtime) => runtime.id,
          parseCursor: idCursor('rt'),
          rows: ({ range, order, take }) =>
            readPage(context.loaders, () =>
              context.services.database.prisma.runtime.findMany({
                where: { workspaceId, id: range, ...where },
                orderBy: { id: order },
                take,
              }),
            ),
        })
      },
    },
    RuntimeConnection,
  ),
)
