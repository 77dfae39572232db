import type { Runtime } from '../../generated/prisma/client.js'
import { heartbeat } from '../../use-cases/heartbeat.js'
import type { HeldClaim } from '../../use-cases/heartbeat.js'
import { builder } from '../builder.js'
import { DaemonInstanceInputRef, INSTANCE, RuntimeAccountInputRef } from './instance.js'
import { carryOut } from '../carry-out.js'
import { CLAIM_TOKEN } from '../descriptions.js'
import { accounts, heldClaims, id as idRule, key, runtimeIds } from '../input-rules.js'
import { RuntimeRef } from '../refs.js'

export const ClaimVerdictRef = builder.enumType('ClaimVerdict', {
  description: 'What became of a claim.',
  values: {
    HELD: { description: 'It is yours, and was renewed.' },
    CANCELLED: { description: 'A person cancelled the task: stop the run.' },
    LOST: { description: 'It is not yours any more: stop the run, and report nothing.' },
  },
})

const HeldClaimRef = builder.objectRef<HeldClaim>('HeldClaim').implement({
  description: 'A claim as a heartbeat found it.',
  fields: (t) => ({
    taskId: t.exposeID('taskId', { description: 'Of which task.' }),
    verdict: t.expose('verdict', { type: ClaimVerdictRef, description: 'Whether to go on.' }),
    leaseExpiresAt: t.expose('leaseExpiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Until when it holds now; null unless it is HELD.',
    }),
  }),
})

interface Beat {
  runtimes: Runtime[]
  claims: HeldClaim[]
  nextHeartbeatSeconds: number
}

const HeartbeatPayloadRef = builder.objectRef<Beat>('HeartbeatPayload').implement({
  description: 'The answer to a heartbeat.',
  fields: (t) => ({
    runtimes: t.expose('runtimes', { type: [RuntimeRef], description: 'The runtimes that were named.' }),
    claims: t.expose('claims', { type: [HeldClaimRef], description: 'What became of the claims, in their order.' }),
    nextHeartbeatSeconds: t.exposeInt('nextHeartbeatSeconds', { description: 'Send the next one after this long.' }),
  }),
})

const HeldClaimInputRef = builder.inputType('HeldClaimInput', {
  description: 'A claim that a daemon holds.',
  fields: (t) => ({
    taskId: t.id({ required: true, validate: idRule, description: 'task_...' }),
    claimToken: t.string({ required: true, validate: key, description: CLAIM_TOKEN }),
  }),
})

builder.mutationField('heartbeat', (t) =>
  t.fieldWithInput({
    type: HeartbeatPayloadRef,
    description: 'A daemon is alive: its runtimes are ONLINE, the claims that it names are renewed. One call for all.',
    authScopes: { fleet: true },
    typeOptions: { description: 'What a daemon has in hand.' },
    input: {
      daemonId: t.input.string({ required: true, validate: key, description: 'Who you are.' }),
      runtimeIds: t.input.idList({ required: true, validate: runtimeIds, description: 'Your runtimes, 1 to 100.' }),
      claims: t.input.field({
        type: [HeldClaimInputRef],
        defaultValue: [],
        validate: heldClaims,
        description: 'The claims that you hold, at most 1,000.',
      }),
      instance: t.input.field({ type: DaemonInstanceInputRef, description: INSTANCE }),
      accounts: t.input.field({
        type: [RuntimeAccountInputRef],
        validate: accounts,
        description: 'Of runtimes that have another account than when they were registered. It ends a cooling down.',
      }),
    },
    resolve: (_root, { input }, context) => carryOut(context, heartbeat, input),
  }),
)
