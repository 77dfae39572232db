import { builder } from '../builder.js'
import { id as idRule, key } from '../input-rules.js'

export const DaemonInstanceInputRef = builder.inputType('DaemonInstanceInput', {
  description:
    'One process of a daemon. With it two machines under one daemonId are told apart: the same machine takes over when it ' +
    'registers; another is refused (FORBIDDEN) until the first has been silent for serverTimers.runtimeOffline.',
  fields: (t) => ({
    id: t.string({ required: true, validate: key, description: 'Made anew by each process.' }),
    machine: t.string({
      required: true,
      validate: key,
      description: 'A fingerprint of the machine, the same for all its processes.',
    }),
    host: t.string({ validate: key, description: 'The name of the machine, for people.' }),
  }),
})

export const INSTANCE = 'Which process you are. null: no other machine is told apart.'

export const RuntimeAccountInputRef = builder.inputType('RuntimeAccountInput', {
  description: 'The account that a runtime has now.',
  fields: (t) => ({
    runtimeId: t.id({ required: true, validate: idRule, description: 'rt_..., one of runtimeIds.' }),
    account: t.string({ required: true, validate: key, description: 'The fingerprint, as registerRuntime takes it.' }),
  }),
})
