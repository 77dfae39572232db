import type { Runtime } from '../../generated/prisma/client.js'
import { heartbeat } from '../../use-cases/heartbeat.js'
import type { HeldClaim } from '../../use-cases/heartbeat.js'
import { builder } from '../builder.js'
import { DaemonInstanceInputRef, INSTANCE, RuntimeAccountInputRef } from './instance.js'
import { carryOut } from '../carry-out.js'
import { DAEMON_ID } from '../descriptions.js'
import { accounts, heldClaims, id as idRule, key, runtimeIds } from '../input-rules.js'
import { RuntimeRef } from '../refs.js'

export const ClaimVerdictRef = builder.enumType('ClaimVerdict', {
  description: 'State of a claim for its daemon.',
  values: {
    HELD: { description: 'The daemon holds the claim. A heartbeat has renewed its lease.' },
    CANCELLED: { description: 'A user cancelled the task. Stop the run.' },
    LOST: { description: 'The daemon no longer holds the claim. Stop the run and report nothing.' },
  },
})

const HeldClaimRef = builder.objectRef<HeldClaim>('HeldClaim').implement({
  description: 'State of a claim at a heartbeat.',
  fields: (t) => ({
    taskId: t.exposeID('taskId', { description: 'ID of the claimed task (`task_...`).' }),
    verdict: t.expose('verdict', { type: ClaimVerdictRef, description: 'Whether to continue the run.' }),
    leaseExpiresAt: t.expose('leaseExpiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Time when the lease expires unless it is renewed again. Null unless `verdict` is `HELD`.',
    }),
  }),
})

interface Beat {
  runtimes: Runtime[]
  claims: HeldClaim[]
  nextHeartbeatSeconds: number
}

const HeartbeatPayloadRef = builder.objectRef<Beat>('HeartbeatPayload').implement({
  description: 'Result of `heartbeat`.',
  fields: (t) => ({
    runtimes: t.expose('runtimes', { type: [RuntimeRef], description: 'The runtimes named in the input.' }),
    claims: t.expose('claims', {
      type: [HeldClaimRef],
      description: 'States of the claims named in the input, in the same order.',
    }),
    nextHeartbeatSeconds: t.exposeInt('nextHeartbeatSeconds', {
      description: 'Seconds until the next heartbeat is due.',
    }),
  }),
})

const HeldClaimInputRef = builder.inputType('HeldClaimInput', {
  description: 'A claim that the daemon holds.',
  fields: (t) => ({
    taskId: t.id({ required: true, validate: idRule, description: 'ID of the claimed task (`task_...`).' }),
    claimToken: t.string({
      required: true,
      validate: key,
      description: 'Fencing token from the claim. If it is no longer current, the verdict is `LOST`.',
    }),
  }),
})

builder.mutationField('heartbeat', (t) =>
  t.fieldWithInput({
    type: HeartbeatPayloadRef,
    description:
      'Reports that a daemon is alive: its runtimes are `ONLINE`, and the leases of the named claims are renewed.',
    authScopes: { fleet: true },
    input: {
      daemonId: t.input.string({ required: true, validate: key, description: DAEMON_ID }),
      runtimeIds: t.input.idList({
        required: true,
        validate: runtimeIds,
        description: "IDs of the daemon's runtimes (`rt_...`), 1 to 100.",
      }),
      claims: t.input.field({
        type: [HeldClaimInputRef],
        defaultValue: [],
        validate: heldClaims,
        description: 'The claims that the daemon holds, at most 1,000.',
      }),
      instance: t.input.field({ type: DaemonInstanceInputRef, description: INSTANCE }),
      accounts: t.input.field({
        type: [RuntimeAccountInputRef],
        validate: accounts,
        description:
          'Runtimes whose provider account has changed since registration, at most 100. A changed account ends a ' +
          'cooldown.',
      }),
    },
    resolve: (_root, { input }, context) => carryOut(context, heartbeat, input),
  }),
)
