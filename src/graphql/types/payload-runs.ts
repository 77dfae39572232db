import type { EventData, RecordedDecision, RunEnding, TaskClaimed, TaskFailed } from '../../session-pointer/events.js'
import { builder } from '../builder.js'
import type { EachOf } from '../event-payload.js'
import { ResumePolicyRef } from '../refs.js'
import { ResumeOutcomeRef, ResumeReasonRef } from './decision-enums.js'
import { HandoffRangeRef } from './handoff.js'
import { PAYLOADS, RunEndingRef } from './payload-refs.js'
import { ResumeResultRef } from './run.js'
import { FailureFaultRef } from './task-failure.js'

const RecordedDecisionRef = builder.objectRef<RecordedDecision>('RecordedDecision').implement({
  description: 'The decision of a claim, with the inputs that the history does not contain.',
  fields: (t) =>
    ({
      outcome: t.expose('outcome', { type: ResumeOutcomeRef, description: 'Whether the run resumes a session.' }),
      reason: t.expose('reason', { type: ResumeReasonRef, description: 'The rule that decided.' }),
      sessionId: t.exposeString('sessionId', {
        nullable: true,
        description: 'ID of the offered provider session. Null unless `outcome` is `RESUME`.',
      }),
      workDir: t.exposeString('workDir', {
        nullable: true,
        description: 'The offered work directory. Null if none was offered.',
      }),
      continuityGap: t.exposeBoolean('continuityGap', {
        description:
          'Whether the run did not know every turn of the conversation, without anyone having requested a fresh ' +
          'session.',
      }),
      handoffRange: t.expose('handoffRange', {
        type: HandoffRangeRef,
        nullable: true,
        description:
          'The turns that the run did not know. Null if there were none, or if an older server recorded the claim.',
      }),
      policy: t.expose('policy', { type: ResumePolicyRef, description: 'The resume policy that was applied.' }),
      agentRevision: t.exposeInt('agentRevision', { description: "Revision of the agent's config at the claim." }),
      account: t.exposeString('account', {
        nullable: true,
        description: "Fingerprint of the runtime's provider account. Null if unknown.",
      }),
      store: t.exposeString('store', {
        nullable: true,
        description: "Fingerprint of the runtime's session store. Null if unknown.",
      }),
      decidedAt: t.field({
        type: 'DateTime',
        description: 'Time of the claim. The age of a session is measured up to it.',
        resolve: ({ decidedAt }) => new Date(decidedAt),
      }),
    }) satisfies EachOf<RecordedDecision>,
})

type AgentLoad = NonNullable<TaskClaimed['agentLoad']>

const AgentLoadRef = builder.objectRef<AgentLoad>('AgentLoad').implement({
  description: "Number of an agent's active tasks at a claim.",
  fields: (t) =>
    ({
      active: t.exposeInt('active', {
        description: "Number of the agent's `CLAIMED` and `RUNNING` tasks, including the claimed one.",
      }),
      max: t.exposeInt('max', { description: "The agent's `maxConcurrentTasks`." }),
    }) satisfies EachOf<AgentLoad>,
})

PAYLOADS.TASK_CLAIMED.implement({
  description: 'A daemon claimed the task and received a resume decision.',
  fields: (t) =>
    ({
      leaseSeconds: t.exposeInt('leaseSeconds', { description: 'Lease of the claim in seconds.' }),
      decision: t.expose('decision', {
        type: RecordedDecisionRef,
        nullable: true,
        description: 'The decision. Null if the claim was imported from another system.',
      }),
      agentLoad: t.expose('agentLoad', {
        type: AgentLoadRef,
        nullable: true,
        description: "Number of the agent's active tasks. Null if the claim was imported.",
      }),
    }) satisfies EachOf<EventData['TASK_CLAIMED']>,
})

PAYLOADS.TASK_STARTED.implement({
  description: 'The run started.',
  fields: (t) =>
    ({
      resumeResult: t.expose('resumeResult', {
        type: ResumeResultRef,
        nullable: true,
        description: 'Whether the provider resumed the offered session. Null if the daemon did not report it.',
      }),
      handoffRange: t.expose('handoffRange', {
        type: HandoffRangeRef,
        nullable: true,
        description:
          'The turns that the run did not know after its session was refused. Null unless `resumeResult` is `REFUSED`.',
      }),
    }) satisfies EachOf<EventData['TASK_STARTED']>,
})

PAYLOADS.SESSION_PINNED.implement({
  description: 'The run reported its provider session or work directory.',
  fields: (t) =>
    ({
      sessionId: t.exposeString('sessionId', {
        nullable: true,
        description: 'ID of the provider session. Null: unchanged.',
      }),
      workDir: t.exposeString('workDir', { nullable: true, description: 'The work directory. Null: unchanged.' }),
      cancelledVersion: t.exposeInt('cancelledVersion', {
        nullable: true,
        description: 'Version of the cancellation if the pin came after it; null otherwise.',
      }),
    }) satisfies EachOf<EventData['SESSION_PINNED']>,
})

const ReleaseCauseRef = builder.enumType('ReleaseCause', {
  description: 'Why a claim ended before its run started.',
  values: {
    RELEASED: { description: 'The daemon released the claim.' },
    LEASE_EXPIRED: { description: 'The lease expired before the daemon started the run.' },
  },
})

PAYLOADS.TASK_RELEASED.implement({
  description: 'The claim was released, or its lease expired before the run started.',
  fields: (t) =>
    ({
      cause: t.expose('cause', { type: ReleaseCauseRef, description: 'Why the claim ended.' }),
      reason: t.exposeString('reason', {
        nullable: true,
        description: 'Reason given by the daemon. Null if it gave none or it was erased.',
      }),
    }) satisfies EachOf<EventData['TASK_RELEASED']>,
})

PAYLOADS.TASK_COMPLETED.implement({
  description: 'The run completed.',
  interfaces: [RunEndingRef],
  // Not `messageId`: MessagePosted has a non-null field of that name, and one query may select both.
  fields: (t) =>
    ({
      outputMessageId: t.exposeID('messageId', {
        nullable: true,
        description:
          'ID of the message with the output of a chat turn (`msg_...`); `messageId` in `data`. Null for issue ' +
          'work and for a turn without output.',
      }),
    }) satisfies EachOf<
      Omit<EventData['TASK_COMPLETED'], keyof RunEnding | 'messageId'> & { outputMessageId: unknown }
    >,
})

type Cooling = NonNullable<TaskFailed['cooling']>

const CoolingRef = builder.objectRef<Cooling>('Cooling').implement({
  description: 'A cooldown: the runtime gets no claims under an account for a while.',
  fields: (t) =>
    ({
      until: t.field({
        type: 'DateTime',
        description: 'End of the cooldown.',
        resolve: ({ until }) => new Date(until),
      }),
      account: t.exposeString('account', {
        nullable: true,
        description: 'Fingerprint of the provider account. Null if unknown.',
      }),
    }) satisfies EachOf<Cooling>,
})

PAYLOADS.TASK_FAILED.implement({
  description: 'The run failed, or the task waited longer than `serverTimers.queueTtl`.',
  interfaces: [RunEndingRef],
  fields: (t) =>
    ({
      failureReason: t.exposeString('failureReason', {
        description:
          'Failure reason known to the server, for example `timeout`; `other` if the daemon gave a custom one.',
      }),
      reasonBytes: t.exposeInt('reasonBytes', {
        nullable: true,
        description: "Size of the daemon's custom reason in bytes; `Task.failure` has its text. Null if there is none.",
      }),
      errorBytes: t.exposeInt('errorBytes', {
        description: 'Size of the error text in bytes; `Task.failure` has the text.',
      }),
      resumeSafe: t.exposeBoolean('resumeSafe', {
        description: 'Whether the session may be resumed. False if the failure would repeat on resume.',
      }),
      retryable: t.exposeBoolean('retryable', { description: 'Whether a retry may help.' }),
      classifierVersion: t.exposeInt('classifierVersion', {
        description: 'Version of the rules that classified the failure.',
      }),
      fault: t.expose('fault', {
        type: FailureFaultRef,
        nullable: true,
        description: 'The party at fault. Null if an older server recorded the failure.',
      }),
      cooling: t.expose('cooling', {
        type: CoolingRef,
        nullable: true,
        description: 'Cooldown of the runtime after a failure of its account. Null for other failures.',
      }),
    }) satisfies EachOf<Omit<EventData['TASK_FAILED'], keyof RunEnding>>,
})
