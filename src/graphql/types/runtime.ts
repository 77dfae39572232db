import type { Prisma, Runtime } from '../../generated/prisma/client.js'
import { coolingUntil } from '../../tasks/cooling.js'
import { isSilent, offlineBefore } from '../../use-cases/calls/daemon-instance.js'
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
  description: 'Whether a runtime is expected to claim tasks.',
  values: {
    ONLINE: {
      description: 'The server has heard from the daemon within the last `serverTimers.runtimeOffline` seconds.',
    },
    OFFLINE: {
      description: 'The server has not heard from the daemon for longer than `serverTimers.runtimeOffline` seconds.',
    },
    DEREGISTERED: { description: 'The runtime was deregistered. `registerRuntime` brings it back.' },
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
    'One coding-agent CLI (the provider) on one machine. Provider sessions live on the runtime that created ' +
    'them. `daemonId` and `provider` identify a runtime: registering them again gives the same one.',
  interfaces: [NodeRef],
  fields: (t) => ({
    id: t.exposeID('id', { description: 'ID of the runtime. Example: `rt_01h2xcejqtf2nbrexx3vqjhp41`.' }),
    daemonId: t.exposeString('daemonId', { description: 'ID of the daemon that runs the CLI, one per machine.' }),
    provider: t.exposeString('provider', { description: 'Name of the CLI. Examples: `claude`, `codex`.' }),
    name: t.exposeString('name', { description: 'Display name.' }),
    status: t.field({
      type: RuntimeStatusRef,
      description: 'Whether the runtime is expected to claim tasks.',
      resolve: (runtime, _args, context) => statusOf(runtime, context),
    }),
    host: t.string({
      nullable: true,
      description:
        "Host name of the machine, as registered or else as reported by the daemon's process. Null if unknown.",
      resolve: ({ host, instanceHost }) => host ?? instanceHost,
    }),
    cliVersion: t.exposeString('cliVersion', { nullable: true, description: 'Version of the CLI. Null if unknown.' }),
    account: t.exposeString('account', {
      nullable: true,
      description:
        'Opaque fingerprint of the provider account that is logged in. A session is not resumed under another ' +
        'account. Null if unknown.',
    }),
    store: t.exposeString('store', {
      nullable: true,
      description:
        'Opaque fingerprint of the store where the CLI keeps its sessions. A session is not resumed from another ' +
        'store. Null if unknown.',
    }),
    metadata: t.expose('metadata', {
      type: 'JSON',
      nullable: true,
      description: 'Additional data from the daemon. Null if there is none.',
    }),
    lastSeenAt: t.expose('lastSeenAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Time when the server last heard from the daemon. Null if never.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'Time of the first registration.' }),
    coolingUntil: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        "End of the runtime's cooldown: until then no task is claimed, because the provider account is exhausted " +
        'or logged out. The cooldown ends early when the daemon reports another account. Null if the runtime ' +
        'does not cool down.',
      resolve: (runtime, _args, { services }) => coolingUntil(runtime, services.clock.now()),
    }),
    queueDepth: t.int({
      description: 'Number of `QUEUED` tasks for the runtime, including those that are not yet available.',
      resolve: ({ id }, _args, context) => context.loaders.of(queueDepthByRuntime).load(id),
    }),
    tasks: t.connection(
      {
        type: TaskRef,
        description: 'The tasks enqueued for the runtime, newest first.',
        args: {
          status: t.arg({ type: [TaskStatusRef], description: 'Only tasks with one of these statuses. Null: all.' }),
        },
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
      args: { status: t.arg({ type: RuntimeStatusRef, description: 'Only runtimes with this status. Null: all.' }) },
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
