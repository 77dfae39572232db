import { builder } from '../builder.js'
import { id as idRule, key } from '../input-rules.js'

export const DaemonInstanceInputRef = builder.inputType('DaemonInstanceInput', {
  description:
    'One process of a daemon. It lets the server tell apart machines that use the same `daemonId`. A new process ' +
    'on the same machine takes over when it registers. A process on another machine is refused (`FORBIDDEN`) ' +
    'until the first has been silent for `serverTimers.runtimeOffline` seconds.',
  fields: (t) => ({
    id: t.string({
      required: true,
      validate: key,
      description: 'ID of the process. Generate a new one at each start.',
    }),
    machine: t.string({
      required: true,
      validate: key,
      description: 'Fingerprint of the machine, the same for all its processes.',
    }),
    host: t.string({ validate: key, description: 'Host name of the machine, for display.' }),
  }),
})

export const INSTANCE = 'The calling process. Null: machines with the same `daemonId` are not told apart.'

export const RuntimeAccountInputRef = builder.inputType('RuntimeAccountInput', {
  description: 'The current provider account of a runtime.',
  fields: (t) => ({
    runtimeId: t.id({
      required: true,
      validate: idRule,
      description: 'ID of the runtime (`rt_...`); one of `runtimeIds`.',
    }),
    account: t.string({
      required: true,
      validate: key,
      description: 'Fingerprint of the account, as in `registerRuntime`.',
    }),
  }),
})
