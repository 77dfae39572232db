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
  description: 'What a claim was told, and what the decision was made of besides the history.',
  fields: (t) =>
    ({
      outcome: t.expose('outcome', { type: ResumeOutcomeRef, description: 'Go on in a session, or start a new one.' }),
      reason: t.expose('reason', { type: ResumeReasonRef, description: 'Why.' }),
      sessionId: t.exposeString('sessionId', { nullable: true, description: 'Set exactly when `outcome` is RESUME.' }),
      workDir: t.exposeString('workDir', { nullable: true, description: 'The directory that was offered.' }),
      continuityGap: t.exposeBoolean('continuityGap', {
        description: 'The run did not know every turn of the conversation, and nobody had asked for that.',
      }),
      handoffRange: t.expose('handoffRange', {
        type: HandoffRangeRef,
        nullable: true,
        description: 'The turns that the run did not know; null: none, or an older server recorded the claim.',
      }),
      policy: t.expose('policy', { type: ResumePolicyRef, description: 'The policy in force.' }),
      agentRevision: t.exposeInt('agentRevision', { description: 'The revision of the agent’s config.' }),
      account: t.exposeString('account', { nullable: true, description: 'The runtime’s account; null: not told.' }),
      store: t.exposeString('store', { nullable: true, description: 'The runtime’s session store; null: not told.' }),
      decidedAt: t.field({
        type: 'DateTime',
        description: 'The time that the age of a session was counted to.',
        resolve: ({ decidedAt }) => new Date(decidedAt),
      }),
    }) satisfies EachOf<RecordedDecision>,
})

type AgentLoad = NonNullable<TaskClaimed['agentLoad']>

const AgentLoadRef = builder.objectRef<AgentLoad>('AgentLoad').implement({
  description: 'How busy an agent was when it got a task.',
  fields: (t) =>
    ({
      active: t.exposeInt('active', { description: 'Its claimed and running tasks, with this one.' }),
      max: t.exposeInt('max', { description: 'How many it may have at once.' }),
    }) satisfies EachOf<AgentLoad>,
})

PAYLOADS.TASK_CLAIMED.implement({
  description: 'A daemon was given the task, with the decision which session to resume.',
  fields: (t) =>
    ({
      leaseSeconds: t.exposeInt('leaseSeconds', { description: 'How long the claim held without a heartbeat.' }),
      decision: t.expose('decision', {
        type: RecordedDecisionRef,
        nullable: true,
        description: 'null only where the claim was imported from another system.',
      }),
      agentLoad: t.expose('agentLoad', {
        type: AgentLoadRef,
        nullable: true,
        description: 'How busy the agent was; null where the claim was imported.',
      }),
    }) satisfies EachOf<EventData['TASK_CLAIMED']>,
})

PAYLOADS.TASK_STARTED.implement({
  description: 'The run began.',
  fields: (t) =>
    ({
      resumeResult: t.expose('resumeResult', {
        type: ResumeResultRef,
        nullable: true,
        description: 'What the provider made of the offered session; null: not told.',
      }),
      handoffRange: t.expose('handoffRange', {
        type: HandoffRangeRef,
        nullable: true,
        description: 'With REFUSED: the turns that the run did not know then.',
      }),
    }) satisfies EachOf<EventData['TASK_STARTED']>,
})

PAYLOADS.SESSION_PINNED.implement({
  description: 'The run told which provider session it is in.',
  fields: (t) =>
    ({
      sessionId: t.exposeString('sessionId', { nullable: true, description: 'null: the one told before stays.' }),
      workDir: t.exposeString('workDir', { nullable: true, description: 'null: the one told before stays.' }),
      cancelledVersion: t.exposeInt('cancelledVersion', {
        nullable: true,
        description: 'Of a pin after the task was cancelled: the version of the cancellation.',
      }),
    }) satisfies EachOf<EventData['SESSION_PINNED']>,
})

const ReleaseCauseRef = builder.enumType('ReleaseCause', {
  description: 'How a claim ended before its run began.',
  values: {
    RELEASED: { description: 'The daemon gave it back.' },
    LEASE_EXPIRED: { description: 'The daemon did not start it in time.' },
  },
})

PAYLOADS.TASK_RELEASED.implement({
  description: 'The claim was given back, or it expired before the run began.',
  fields: (t) =>
    ({
      cause: t.expose('cause', { type: ReleaseCauseRef, description: 'Which of both.' }),
      reason: t.exposeString('reason', {
        nullable: true,
        description: 'In the daemon’s words; null: none, or erased.',
      }),
    }) satisfies EachOf<EventData['TASK_RELEASED']>,
})

PAYLOADS.TASK_COMPLETED.implement({
  description: 'The run ended well.',
  interfaces: [RunEndingRef],
  // Not messageId: one query asks for all kinds, and a name may have one type in it only.
  fields: (t) =>
    ({
      outputMessageId: t.exposeID('messageId', {
        nullable: true,
        description: '`messageId` of `data`, msg_...: the message with the output of a chat turn; null for issue work.',
      }),
    }) satisfies EachOf<
      Omit<EventData['TASK_COMPLETED'], keyof RunEnding | 'messageId'> & { outputMessageId: unknown }
    >,
})

type Cooling = NonNullable<TaskFailed['cooling']>

const CoolingRef = builder.objectRef<Cooling>('Cooling').implement({
  description: 'A runtime makes no claims under an account for a while.',
  fields: (t) =>
    ({
      until: t.field({ type: 'DateTime', description: 'Until then.', resolve: ({ until }) => new Date(until) }),
      account: t.exposeString('account', { nullable: true, description: 'Under which account; null: not told.' }),
    }) satisfies EachOf<Cooling>,
})

PAYLOADS.TASK_FAILED.implement({
  description: 'The run ended badly, or the task waited for too long.',
  interfaces: [RunEndingRef],
  fields: (t) =>
    ({
      failureReason: t.exposeString('failureReason', {
        description: 'A reason that the server knows; `other` where the daemon had words of its own.',
      }),
      reasonBytes: t.exposeInt('reasonBytes', {
        nullable: true,
        description: 'Bytes of the daemon’s own reason, which the task has; null: it had none.',
      }),
      errorBytes: t.exposeInt('errorBytes', { description: 'Bytes of the error text, which the task has.' }),
      resumeSafe: t.exposeBoolean('resumeSafe', {
        description: 'false: the failure would repeat if its session were resumed.',
      }),
      retryable: t.exposeBoolean('retryable', { description: 'Whether a new try may help.' }),
      classifierVersion: t.exposeInt('classifierVersion', { description: 'Which version of the rules judged it.' }),
      fault: t.expose('fault', {
        type: FailureFaultRef,
        nullable: true,
        description: 'Whose fault it was; null where an older server recorded it.',
      }),
      cooling: t.expose('cooling', {
        type: CoolingRef,
        nullable: true,
        description: 'Where it was the account’s fault: how long its runtime makes no claims.',
      }),
    }) satisfies EachOf<Omit<EventData['TASK_FAILED'], keyof RunEnding>>,
})
