import type { Runtime } from '../../generated/prisma/client.js'
import { deregisterRuntime } from '../../use-cases/deregister-runtime.js'
import { registerRuntime } from '../../use-cases/register-runtime.js'
import { builder } from '../builder.js'
import { DaemonInstanceInputRef, INSTANCE } from './instance.js'
import { carryOut } from '../carry-out.js'
import { id as idRule, key, runtimeMetadata } from '../input-rules.js'
import { RuntimeRef } from '../refs.js'

const RegisterRuntimePayloadRef = builder.objectRef<{ runtime: Runtime }>('RegisterRuntimePayload').implement({
  description: 'The answer to registerRuntime.',
  fields: (t) => ({
    runtime: t.expose('runtime', { type: RuntimeRef, description: 'The runtime, new or known before.' }),
  }),
})

const DeregisterRuntimePayloadRef = builder.objectRef<{ runtime: Runtime }>('DeregisterRuntimePayload').implement({
  description: 'The answer to deregisterRuntime.',
  fields: (t) => ({ runtime: t.expose('runtime', { type: RuntimeRef, description: 'The runtime, DEREGISTERED.' }) }),
})

builder.mutationFields((t) => ({
  registerRuntime: t.fieldWithInput({
    type: RegisterRuntimePayloadRef,
    description:
      'A daemon makes a runtime of its machine known, each time it starts. The same daemonId and provider give the ' +
      'same runtime; all else about it is told anew. A daemonId has at most 100 runtimes: BAD_USER_INPUT beyond.',
    authScopes: { fleet: true },
    typeOptions: { description: 'What a daemon tells about a runtime.' },
    input: {
      daemonId: t.input.string({ required: true, validate: key, description: 'Who you are: one for each machine.' }),
      provider: t.input.string({
        required: true,
        validate: key,
        description: 'Which CLI, for example claude or codex.',
      }),
      name: t.input.string({ validate: key, description: 'What people call it; null: as before, or one is made up.' }),
      host: t.input.string({ validate: key, description: 'The name of the machine.' }),
      cliVersion: t.input.string({ validate: key, description: 'The version of the CLI.' }),
      account: t.input.string({
        validate: key,
        description: 'A fingerprint of the provider account that is logged in. Not the account itself.',
      }),
      store: t.input.string({ validate: key, description: 'A fingerprint of where the CLI keeps its sessions.' }),
      metadata: t.input.field({
        type: 'JSON',
        validate: runtimeMetadata,
        description: 'Whatever else there is to tell; at most 64 KB.',
      }),
      instance: t.input.field({ type: DaemonInstanceInputRef, description: INSTANCE }),
    },
    resolve: (_root, { input }, context) => carryOut(context, registerRuntime, input),
  }),
  deregisterRuntime: t.fieldWithInput({
    type: DeregisterRuntimePayloadRef,
    description:
      'Takes a runtime out of service: no more claims, and what it holds fails. What waits for it goes on waiting, for ' +
      'its return or for updateAgent(retargetQueuedTasks).',
    authScopes: { fleet: true },
    typeOptions: { description: 'Which runtime to take out of service.' },
    input: { runtimeId: t.input.id({ required: true, validate: idRule, description: 'rt_...' }) },
    resolve: (_root, { input }, context) => carryOut(context, deregisterRuntime, input),
  }),
}))
