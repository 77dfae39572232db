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
  description: 'How much work waits and how much is under way.',
  fields: (t) => ({
    queued: t.exposeInt('queued', { description: 'Tasks that wait for a claim, the ones not yet available included.' }),
    claimed: t.exposeInt('claimed', { description: 'Tasks that were handed out and have not started.' }),
    running: t.exposeInt('running', { description: 'Tasks that run.' }),
    oldestQueuedAt: t.expose('oldestQueuedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Since when the oldest of the waiting ones waits.',
    }),
  }),
})

builder.queryField('queueStats', (t) =>
  t.field({
    type: QueueStatsRef,
    description: 'The state of the queue: of the workspace, of a runtime, of an agent.',
    authScopes: { read: true },
    args: {
      runtimeId: t.arg.id({ validate: idRule, description: 'Only tasks that are meant for this runtime.' }),
      agentId: t.arg.id({ validate: idRule, description: 'Only tasks of this agent.' }),
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
