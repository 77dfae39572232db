import type { Timers } from '../../use-cases/services.js'
import { builder } from '../builder.js'

const ServerTimersRef = builder.objectRef<Timers>('ServerTimers').implement({
  description: 'The timers that this server runs with, all in seconds.',
  fields: (t) => ({
    claimLease: t.exposeInt('claimLease', { description: 'How long a claim holds that has not started.' }),
    runLease: t.exposeInt('runLease', { description: 'How long a started run holds without a heartbeat.' }),
    heartbeat: t.exposeInt('heartbeat', { description: 'How often a daemon should send a heartbeat.' }),
    runtimeOffline: t.exposeInt('runtimeOffline', { description: 'After such a silence a runtime shows as OFFLINE.' }),
    queueTtl: t.exposeInt('queueTtl', {
      description: 'A task that has waited for longer fails with queue_expired; 0: never.',
    }),
    sweep: t.exposeInt('sweep', { description: 'How often the server looks for what has expired.' }),
  }),
})

builder.queryField('serverTimers', (t) =>
  t.field({
    type: ServerTimersRef,
    description: 'The timers that this server runs with.',
    authScopes: { read: true },
    resolve: (_root, _args, context) => context.services.timers,
  }),
)
