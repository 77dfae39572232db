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
  description: 'Why a claim returned no task.',
  values: {
    QUEUE_EMPTY: { description: 'No task is queued for the runtimes.' },
    NOT_YET_AVAILABLE: { description: 'A queued task has an `availableAt` in the future.' },
    CONVERSATION_BUSY: {
      description:
        'The conversation of a queued task has another `CLAIMED` or `RUNNING` task, or a pending retry of an ' +
        'earlier task that must be handed out first.',
    },
    AGENT_AT_CAPACITY: { description: 'The agent of a queued task has reached its `maxConcurrentTasks`.' },
    RUNTIME_DEREGISTERED: { description: 'The runtime is deregistered. Call `registerRuntime` to use it again.' },
    RUNTIME_COOLING_DOWN: {
      description:
        'The runtime cools down because its provider account is exhausted or logged out. The cooldown ends at ' +
        '`Runtime.coolingUntil`, or when the daemon reports another account.',
    },
  },
})

const NoTaskAvailableRef = builder.objectRef<NoTask>('NoTaskAvailable').implement({
  description: 'No task could be claimed.',
  fields: (t) => ({
    reasons: t.expose('reasons', { type: [NoTaskReasonRef], description: 'The reasons. Several can apply at once.' }),
    retryAfterSeconds: t.exposeInt('retryAfterSeconds', {
      description: 'Seconds to wait before the next claim, at least 1.',
    }),
  }),
})

const TaskClaimRef = builder.objectRef<ClaimView>('TaskClaim').implement({
  description: 'A claimed task and the data that its run needs.',
  fields: (t) => ({
    task: t.expose('task', { type: TaskRef, description: 'The claimed task.' }),
    claimToken: t.exposeString('claimToken', {
      description: 'Fencing token of the claim. Pass it to every later call about this claim.',
    }),
    leaseExpiresAt: t.expose('leaseExpiresAt', {
      type: 'DateTime',
      description: 'Time when the lease expires unless a heartbeat renews it.',
    }),
    replayed: t.exposeBoolean('replayed', {
      description: 'Whether this response repeats an earlier one with the same `requestId`.',
    }),
    priorSessionId: t.string({
      nullable: true,
      description: 'ID of the provider session to resume. Null: start a fresh session.',
      resolve: ({ decision }) => decision.sessionId,
    }),
    priorWorkDir: t.string({
      nullable: true,
      description: 'Work directory to use. Null: create a new one.',
      resolve: ({ decision }) => decision.workDir,
    }),
    resume: t.expose('decision', {
      type: ResumeDecisionRef,
      description: 'The decision to resume a session or to start fresh, with its reason.',
    }),
    handoff: t.field({
      type: HandoffRef,
      nullable: true,
      description: 'Texts of the turns that the run does not know. Null if there are none. Read only when selected.',
      args: { maxBytes: t.arg.int(MAX_BYTES) },
      resolve: ({ conversation, decision }, { maxBytes }, context) =>
        handoffOf(context, conversation.id, decision.handoffRange, maxBytes),
    }),
    input: t.expose('input', {
      type: [ChatMessageRef],
      description: 'The chat messages that the run answers, oldest first. Empty for issue work.',
    }),
  }),
})

const ClaimTaskResultRef = builder.unionType('ClaimTaskResult', {
  description: 'A claimed task, or the reasons why there is none.',
  types: [TaskClaimRef, NoTaskAvailableRef],
  resolveType: (result) => ('claimToken' in result ? 'TaskClaim' : 'NoTaskAvailable'),
})

interface ClaimTasksPayload {
  claims: ClaimView[]
  noTask: NoTask | null
}

const ClaimTasksPayloadRef = builder.objectRef<ClaimTasksPayload>('ClaimTasksPayload').implement({
  description: 'Result of `claimTasks`.',
  fields: (t) => ({
    claims: t.expose('claims', {
      type: [TaskClaimRef],
      description: 'The claimed tasks, at most `max`. Empty if there are none.',
    }),
    noTask: t.expose('noTask', {
      type: NoTaskAvailableRef,
      nullable: true,
      description: 'The reasons why no task was claimed. Null if `claims` has an entry.',
    }),
  }),
})

async function claim(context: Context, input: ClaimTaskInput): Promise<ClaimTasksPayload> {
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
      'Claims the next task of a runtime: the highest priority first, then the oldest. The result says which ' +
      'provider session to resume. Called by daemons.',
    authScopes: { fleet: true },
    input: {
      runtimeId: t.input.id({
        required: true,
        validate: idRule,
        description: 'ID of the runtime to claim for (`rt_...`).',
      }),
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
    description: 'Claims up to `max` tasks for several runtimes at once; otherwise like `claimTask`.',
    authScopes: { fleet: true },
    input: {
      runtimeIds: t.input.idList({
        required: true,
        validate: runtimeIds,
        description: 'IDs of the runtimes to claim for (`rt_...`), 1 to 100.',
      }),
      max: t.input.int({
        defaultValue: 1,
        validate: claimCount,
        description: 'Maximum number of tasks to claim, 1 to 100.',
      }),
      requestId: t.input.string({ validate: key, description: REQUEST_ID }),
      leaseSeconds: t.input.int({ validate: leaseSeconds, description: LEASE_SECONDS }),
      waitSeconds: t.input.int({ defaultValue: 0, validate: waitSeconds, description: WAIT_SECONDS }),
    },
    resolve: (_root, { input }, context) => claim(context, { ...input, max: input.max ?? 1, mutation: 'claimTasks' }),
  }),
}))
