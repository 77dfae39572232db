import type { Timers } from '../../use-cases/services/services.js'
import { builder } from '../builder.js'

const ServerTimersRef = builder.objectRef<Timers>('ServerTimers').implement({
  description: 'The timers of this server, in seconds.',
  fields: (t) => ({
    claimLease: t.exposeInt('claimLease', { description: 'Lease of a claim whose run has not started.' }),
    runLease: t.exposeInt('runLease', { description: 'Lease of a started run. Each heartbeat renews it.' }),
    heartbeat: t.exposeInt('heartbeat', { description: "Interval between a daemon's heartbeats." }),
    runtimeOffline: t.exposeInt('runtimeOffline', {
      description: 'Time without a heartbeat after which a runtime is `OFFLINE`.',
    }),
    queueTtl: t.exposeInt('queueTtl', {
      description: 'Time in the queue after which a task fails with `queue_expired`. 0: never.',
    }),
    sweep: t.exposeInt('sweep', {
      description: 'Interval between sweeps, which end expired leases and queued tasks.',
    }),
  }),
})

builder.queryField('serverTimers', (t) =>
  t.field({
    type: ServerTimersRef,
    description: 'The timers of this server.',
    authScopes: { read: true },
    resolve: (_root, _args, context) => context.services.timers,
  }),
)
