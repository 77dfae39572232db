import { tooManyFolds } from '../../use-cases/calls/outcome.js'
import { simulateResumePolicy } from '../../use-cases/simulate-resume-policy.js'
import type {
  FlipCount,
  FlippedDecision,
  PolicySimulation,
  SimulatedDecision,
} from '../../use-cases/simulate-resume-policy.js'
import { builder } from '../builder.js'
import { callerOf } from '../context.js'
import { unwrap } from '../errors.js'
import { examples, id as idRule, instant } from '../input-rules.js'
import { conversationById, taskById } from '../loaders/rows.js'
import { ConversationRef, TaskRef } from '../refs.js'
import { required } from '../relations.js'
import { ResumeOutcomeRef, ResumeReasonRef } from './decision-enums.js'
import { ResumePolicyInputRef, policyOf } from './policy.js'

const FlipCountRef = builder.objectRef<FlipCount>('FlipCount').implement({
  description: 'Number of decisions that change from one reason to another.',
  fields: (t) => ({
    from: t.expose('from', { type: ResumeReasonRef, description: 'Reason of the recorded decision.' }),
    to: t.expose('to', { type: ResumeReasonRef, description: 'Reason under the other policy.' }),
    count: t.exposeInt('count', { description: 'Number of claims, at least 1.' }),
  }),
})

const SimulatedDecisionRef = builder.objectRef<SimulatedDecision>('SimulatedDecision').implement({
  description: 'A recorded or a simulated decision.',
  fields: (t) => ({
    outcome: t.expose('outcome', { type: ResumeOutcomeRef, description: 'Whether the run resumes a session.' }),
    reason: t.expose('reason', { type: ResumeReasonRef, description: 'The rule that decided.' }),
    sessionId: t.exposeString('sessionId', {
      nullable: true,
      description: 'ID of the provider session to resume. Null unless `outcome` is `RESUME`.',
    }),
  }),
})

const FlippedDecisionRef = builder.objectRef<FlippedDecision>('FlippedDecision').implement({
  description: 'A claim whose decision differs under the other policy.',
  fields: (t) => ({
    position: t.expose('position', { type: 'Position', description: "Position of the claim in the workspace's log." }),
    occurredAt: t.expose('occurredAt', { type: 'DateTime', description: 'Time of the claim.' }),
    conversation: t.field({
      type: ConversationRef,
      description: 'Conversation of the claim.',
      resolve: ({ conversationId }, _args, context) => required(context, conversationById, conversationId),
    }),
    task: t.field({
      type: TaskRef,
      description: 'The claimed task.',
      resolve: ({ taskId }, _args, context) => required(context, taskById, taskId),
    }),
    recorded: t.expose('recorded', { type: SimulatedDecisionRef, description: 'The recorded decision.' }),
    simulated: t.expose('simulated', {
      type: SimulatedDecisionRef,
      description: 'The decision under the other policy.',
    }),
  }),
})

const PolicySimulationRef = builder.objectRef<PolicySimulation>('PolicySimulation').implement({
  description: 'Past claims decided again under another policy, each independently of the others.',
  fields: (t) => ({
    claims: t.exposeInt('claims', { description: 'Number of recorded decisions that were simulated.' }),
    flips: t.exposeInt('flips', { description: 'Number of these that would offer another session, or none.' }),
    byReason: t.expose('byReason', {
      type: [FlipCountRef],
      description: 'Counts of the flips by reason, most frequent first.',
    }),
    examples: t.expose('examples', {
      type: [FlippedDecisionRef],
      description: 'The first flips found, at most `first`, grouped by conversation.',
    }),
  }),
})

builder.queryField('simulateResumePolicy', (t) =>
  t.field({
    type: PolicySimulationRef,
    description:
      'Decides every recorded claim of the workspace or of an agent again under another policy, from the events ' +
      'before it. Changes nothing. Reads the whole log: meant for interactive use. Requires a `MEMBER`, `ADMIN` ' +
      'or `ROOT` token.',
    authScopes: { work: true },
    args: {
      policy: t.arg({
        type: ResumePolicyInputRef,
        required: true,
        description: 'The policy to simulate. Omitted fields take their defaults.',
      }),
      since: t.arg({
        type: 'DateTime',
        validate: instant,
        description: 'Only claims at or after this time. Null: all.',
      }),
      agentId: t.arg.id({ validate: idRule, description: "Only claims of this agent's tasks (`agt_...`). Null: all." }),
      first: t.arg.int({
        defaultValue: 20,
        validate: examples,
        description: 'Maximum number of flips to return as `examples`, 0 to 100.',
      }),
    },
    resolve: (_root, { policy, since, agentId, first }, context) => {
      const { database, folds, turns } = context.services
      const { workspaceId, tokenId } = callerOf(context)
      if (folds.isFullFor(tokenId)) unwrap(tooManyFolds)
      const asked = { policy: policyOf(policy), since: since ?? null, agentId: agentId ?? null, first: first ?? 20 }
      return folds.run(tokenId, () =>
        simulateResumePolicy(database.reads, workspaceId, asked, () => turns.next(tokenId)),
      )
    },
  }),
)
