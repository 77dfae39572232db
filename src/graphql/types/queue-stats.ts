import { builder } from '../builder.js'
import { callerOf } from '../context.js'
import { id as idRule } from '../input-rules.js'

interface QueueStats {
  queued: number
  claimed: number
  running: number
  oldestQueuedAt: Date | null
}

const QueueStatsRef = builder.objectRef<QueueStats>('QueueStats').implement({
  description: 'Number of queued and active tasks.',
  fields: (t) => ({
    queued: t.exposeInt('queued', {
      description: 'Number of `QUEUED` tasks, including those that are not yet available.',
    }),
    claimed: t.exposeInt('claimed', { description: 'Number of `CLAIMED` tasks: handed out and not yet started.' }),
    running: t.exposeInt('running', { description: 'Number of `RUNNING` tasks.' }),
    oldestQueuedAt: t.expose('oldestQueuedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Time when the oldest queued task was enqueued. Null if none is queued.',
    }),
  }),
})

builder.queryField('queueStats', (t) =>
  t.field({
    type: QueueStatsRef,
    description: 'Queue statistics of the workspace, a runtime or an agent.',
    authScopes: { read: true },
    args: {
      runtimeId: t.arg.id({
        validate: idRule,
        description: 'Only tasks enqueued for this runtime (`rt_...`). Null: all.',
      }),
      agentId: t.arg.id({ validate: idRule, description: 'Only tasks of this agent (`agt_...`). Null: all.' }),
    },
    resolve: async (_root, { runtimeId, agentId }, context) => {
      const { prisma } = context.services.database
      const where = {
        workspaceId: callerOf(context).workspaceId,
        ...(runtimeId == null ? {} : { runtimeId }),
        ...(agentId == null ? {} : { agentId }),
      }
      const [waiting, running, held] = await Promise.all([
        prisma.dispatch.aggregate({
          where: { ...where, state: { not: 'HELD' } },
          _count: { _all: true },
          _min: { enqueuedAt: true },
        }),
        prisma.dispatch.count({ where: { ...where, state: 'HELD', startedAt: { not: null } } }),
        prisma.dispatch.count({ where: { ...where, state: 'HELD' } }),
      ])
      return {
        queued: waiting._count._all,
        claimed: Math.max(0, held - running),
        running,
        oldestQueuedAt: waiting._min.enqueuedAt,
      }
    },
  }),
)
