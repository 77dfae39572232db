import type { Runtime } from '../../generated/prisma/client.js'
import { deregisterRuntime } from '../../use-cases/deregister-runtime.js'
import { registerRuntime } from '../../use-cases/register-runtime.js'
import { builder } from '../builder.js'
import { DaemonInstanceInputRef, INSTANCE } from './instance.js'
import { carryOut } from '../carry-out.js'
import { DAEMON_ID } from '../descriptions.js'
import { id as idRule, key, runtimeMetadata } from '../input-rules.js'
import { RuntimeRef } from '../refs.js'

const RegisterRuntimePayloadRef = builder.objectRef<{ runtime: Runtime }>('RegisterRuntimePayload').implement({
  description: 'Result of `registerRuntime`.',
  fields: (t) => ({
    runtime: t.expose('runtime', { type: RuntimeRef, description: 'The registered runtime.' }),
  }),
})

const DeregisterRuntimePayloadRef = builder.objectRef<{ runtime: Runtime }>('DeregisterRuntimePayload').implement({
  description: 'Result of `deregisterRuntime`.',
  fields: (t) => ({
    runtime: t.expose('runtime', { type: RuntimeRef, description: 'The runtime, now `DEREGISTERED`.' }),
  }),
})

builder.mutationFields((t) => ({
  registerRuntime: t.fieldWithInput({
    type: RegisterRuntimePayloadRef,
    description:
      'Registers a runtime. A daemon calls it whenever it starts. The same `daemonId` and `provider` give the ' +
      'same runtime; every other field except `name` is replaced. A `daemonId` may have at most 100 runtimes; ' +
      'one more is refused with `BAD_USER_INPUT`.',
    authScopes: { fleet: true },
    input: {
      daemonId: t.input.string({ required: true, validate: key, description: DAEMON_ID }),
      provider: t.input.string({
        required: true,
        validate: key,
        description: 'Name of the coding-agent CLI, 1 to 512 characters. Examples: `claude`, `codex`.',
      }),
      name: t.input.string({
        validate: key,
        description:
          'Display name, 1 to 512 characters. Null: the earlier name, or `<provider> on <host>` for a new runtime.',
      }),
      host: t.input.string({ validate: key, description: 'Host name of the machine.' }),
      cliVersion: t.input.string({ validate: key, description: 'Version of the CLI.' }),
      account: t.input.string({
        validate: key,
        description: 'Fingerprint of the provider account that is logged in. Do not send the account itself.',
      }),
      store: t.input.string({
        validate: key,
        description: 'Fingerprint of the store where the CLI keeps its sessions.',
      }),
      metadata: t.input.field({
        type: 'JSON',
        validate: runtimeMetadata,
        description: 'Additional data about the runtime as JSON, at most 64 KB.',
      }),
      instance: t.input.field({ type: DaemonInstanceInputRef, description: INSTANCE }),
    },
    resolve: (_root, { input }, context) => carryOut(context, registerRuntime, input),
  }),
  deregisterRuntime: t.fieldWithInput({
    type: DeregisterRuntimePayloadRef,
    description:
      'Deregisters a runtime. It gets no more claims, and its `CLAIMED` and `RUNNING` tasks fail with ' +
      '`runtime_offline`. Its queued tasks wait until it is registered again or `updateAgent` moves them with ' +
      '`retargetQueuedTasks`.',
    authScopes: { fleet: true },
    input: {
      runtimeId: t.input.id({
        required: true,
        validate: idRule,
        description: 'ID of the runtime to deregister (`rt_...`).',
      }),
    },
    resolve: (_root, { input }, context) => carryOut(context, deregisterRuntime, input),
  }),
}))
