import { claimTask } from '../../use-cases/claim-task.js'
import type { ClaimTaskInput, ClaimView, NoTask } from '../../use-cases/claim-task.js'
import { builder } from '../builder.js'
import { carryOut } from '../carry-out.js'
import type { Context } from '../context.js'
import { LEASE_SECONDS, REQUEST_ID, WAIT_SECONDS } from '../descriptions.js'
import { claimCount, id as idRule, key, leaseSeconds, runtimeIds, waitSeconds } from '../input-rules.js'
import { primeClaim } from '../prime-claim.js'
import { ChatMessageRef, ResumeDecisionRef, TaskRef } from '../refs.js'
import { HandoffRef, MAX_BYTES, handoffOf } from './handoff.js'

const NoTaskReasonRef = builder.enumType('NoTaskReason', {
  description: 'Why a claim got nothing.',
  values: {
    QUEUE_EMPTY: { description: 'Nothing waits.' },
    NOT_YET_AVAILABLE: { description: 'What waits is for later.' },
    CONVERSATION_BUSY: {
      description:
        'What waits belongs to conversations in which another task is under way, or in which a retry of an earlier turn ' +
        'comes first: one that is not yet available, or that waits for another runtime.',
    },
    AGENT_AT_CAPACITY: { description: 'What waits is of agents that have as many tasks under way as they may.' },
    RUNTIME_DEREGISTERED: { description: 'The runtime was taken out of service: register it again.' },
    RUNTIME_COOLING_DOWN: {
      description:
        'Its account is used up or logged out (see Runtime.coolingUntil). It ends then, or when the runtime is registered ' +
        'with another account.',
    },
  },
})

const NoTaskAvailableRef = builder.objectRef<NoTask>('NoTaskAvailable').implement({
  description: 'There is nothing to claim now.',
  fields: (t) => ({
    reasons: t.expose('reasons', { type: [NoTaskReasonRef], description: 'Why; several may hold at once.' }),
    retryAfterSeconds: t.exposeInt('retryAfterSeconds', { description: 'Ask again after this long.' }),
  }),
})

const TaskClaimRef = builder.objectRef<ClaimView>('TaskClaim').implement({
  description: 'A task that was handed out, and all that its run needs.',
  fields: (t) => ({
    task: t.expose('task', { type: TaskRef, description: 'What is to be done.' }),
    claimToken: t.exposeString('claimToken', {
      description: 'The fencing token: every later call about this claim presents it.',
    }),
    leaseExpiresAt: t.expose('leaseExpiresAt', {
      type: 'DateTime',
      description: 'Until when the claim holds if no heartbeat renews it.',
    }),
    replayed: t.exposeBoolean('replayed', {
      description: 'This answer repeats an earlier one that was given for the same requestId.',
    }),
    priorSessionId: t.string({
      nullable: true,
      description: 'The provider session to resume; null: start a fresh one.',
      resolve: ({ decision }) => decision.sessionId,
    }),
    priorWorkDir: t.string({
      nullable: true,
      description: 'The directory to work in; null: a new one.',
      resolve: ({ decision }) => decision.workDir,
    }),
    resume: t.expose('decision', { type: ResumeDecisionRef, description: 'Why this session, or why a fresh one.' }),
    handoff: t.field({
      type: HandoffRef,
      nullable: true,
      description:
        'What was said in the turns that the run will not know; null where there are none. It is read only when asked for.',
      args: { maxBytes: t.arg.int(MAX_BYTES) },
      resolve: ({ conversation, decision }, { maxBytes }, context) =>
        handoffOf(context, conversation.id, decision.handoffRange, maxBytes),
    }),
    input: t.expose('input', { type: [ChatMessageRef], description: 'The messages that this chat turn is to answer.' }),
  }),
})

const ClaimTaskResultRef = builder.unionType('ClaimTaskResult', {
  description: 'A task, or why there is none.',
  types: [TaskClaimRef, NoTaskAvailableRef],
  resolveType: (result) => ('claimToken' in result ? 'TaskClaim' : 'NoTaskAvailable'),
})

interface Claimed {
  claims: ClaimView[]
  noTask: NoTask | null
}

const ClaimTasksPayloadRef = builder.objectRef<Claimed>('ClaimTasksPayload').implement({
  description: 'The answer to claimTasks.',
  fields: (t) => ({
    claims: t.expose('claims', { type: [TaskClaimRef], description: 'What was handed out.' }),
    noTask: t.expose('noTask', {
      type: NoTaskAvailableRef,
      nullable: true,
      description: 'Why there was nothing; null where there was something.',
    }),
  }),
})

async function claim(context: Context, input: ClaimTaskInput): Promise<Claimed> {
  const claimed = await carryOut(
    context,
    (services, caller, asked: ClaimTaskInput) => claimTask(services, caller, asked, context.asker),
    input,
  )
  for (const view of claimed.claims) primeClaim(context.loaders, view)
  return claimed
}

builder.mutationFields((t) => ({
  claimTask: t.fieldWithInput({
    type: ClaimTaskResultRef,
    description:
      'A daemon asks for the next task of a runtime: the highest priority first, among equals the oldest. The answer ' +
      'tells which session to resume.',
    authScopes: { fleet: true },
    typeOptions: { description: 'For which runtime to claim, and for how long.' },
    input: {
      runtimeId: t.input.id({ required: true, validate: idRule, description: 'rt_...' }),
      requestId: t.input.string({ validate: key, description: REQUEST_ID }),
      leaseSeconds: t.input.int({ validate: leaseSeconds, description: LEASE_SECONDS }),
      waitSeconds: t.input.int({ defaultValue: 0, validate: waitSeconds, description: WAIT_SECONDS }),
    },
    resolve: async (_root, { input: { runtimeId, ...input } }, context) => {
      const { claims, noTask } = await claim(context, {
        ...input,
        runtimeIds: [runtimeId],
        max: 1,
        mutation: 'claimTask',
      })
      const result = claims[0] ?? noTask
      if (result === null) throw new Error('A claim was neither granted nor denied.')
      return result
    },
  }),
  claimTasks: t.fieldWithInput({
    type: ClaimTasksPayloadRef,
    description: 'As claimTask, for several runtimes and several tasks at once.',
    authScopes: { fleet: true },
    typeOptions: { description: 'For which runtimes to claim, how many tasks, and for how long.' },
    input: {
      runtimeIds: t.input.idList({ required: true, validate: runtimeIds, description: 'Your runtimes, 1 to 100.' }),
      max: t.input.int({ defaultValue: 1, validate: claimCount, description: 'How many tasks at most: 1 to 100.' }),
      requestId: t.input.string({ validate: key, description: REQUEST_ID }),
      leaseSeconds: t.input.int({ validate: leaseSeconds, description: LEASE_SECONDS }),
      waitSeconds: t.input.int({ defaultValue: 0, validate: waitSeconds, description: WAIT_SECONDS }),
    },
    resolve: (_root, { input }, context) => claim(context, { ...input, max: input.max ?? 1, mutation: 'claimTasks' }),
  }),
}))
