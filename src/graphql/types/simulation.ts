import { tooManyFolds } from '../../use-cases/outcome.js'
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
  description: 'How many decisions would go from one reason to another.',
  fields: (t) => ({
    from: t.expose('from', { type: ResumeReasonRef, description: 'The reason that was recorded.' }),
    to: t.expose('to', { type: ResumeReasonRef, description: 'The reason under the other policy.' }),
    count: t.exposeInt('count', { description: 'How many claims.' }),
  }),
})

const SimulatedDecisionRef = builder.objectRef<SimulatedDecision>('SimulatedDecision').implement({
  description: 'What a claim was told, or would have been told.',
  fields: (t) => ({
    outcome: t.expose('outcome', { type: ResumeOutcomeRef, description: 'Resume a session, or start a fresh one.' }),
    reason: t.expose('reason', { type: ResumeReasonRef, description: 'The rule that decided.' }),
    sessionId: t.exposeString('sessionId', {
      nullable: true,
      description: 'The session to resume: set exactly when the outcome is RESUME.',
    }),
  }),
})

const FlippedDecisionRef = builder.objectRef<FlippedDecision>('FlippedDecision').implement({
  description: 'A claim that would have been told something else.',
  fields: (t) => ({
    position: t.expose('position', { type: 'Position', description: "The claim's place in the workspace's log." }),
    occurredAt: t.expose('occurredAt', { type: 'DateTime', description: 'When it was made.' }),
    conversation: t.field({
      type: ConversationRef,
      description: 'The conversation that it belongs to.',
      resolve: ({ conversationId }, _args, context) => required(context, conversationById, conversationId),
    }),
    task: t.field({
      type: TaskRef,
      description: 'The task that was claimed.',
      resolve: ({ taskId }, _args, context) => required(context, taskById, taskId),
    }),
    recorded: t.expose('recorded', { type: SimulatedDecisionRef, description: 'What it was told.' }),
    simulated: t.expose('simulated', {
      type: SimulatedDecisionRef,
      description: 'What it would have been told under the other policy.',
    }),
  }),
})

const PolicySimulationRef = builder.objectRef<PolicySimulation>('PolicySimulation').implement({
  description: 'How past claims would have been decided under another policy, each judged by itself.',
  fields: (t) => ({
    claims: t.exposeInt('claims', { description: 'Recorded decisions that were decided again.' }),
    flips: t.exposeInt('flips', { description: 'Of these, the ones that would offer another session, or none.' }),
    byReason: t.expose('byReason', { type: [FlipCountRef], description: 'The flips by reason, most frequent first.' }),
    examples: t.expose('examples', {
      type: [FlippedDecisionRef],
      description: 'Some of the flips, at most `first`, conversation by conversation.',
    }),
  }),
})

builder.queryField('simulateResumePolicy', (t) =>
  t.field({
    type: PolicySimulationRef,
    description:
      'What if: decides every recorded claim of the workspace, or of an agent, again under another policy, from the ' +
      'events that stood before it. Changes nothing. It reads the whole log, so it is for people, not for a loop. ADMIN and MEMBER.',
    authScopes: { work: true },
    args: {
      policy: t.arg({
        type: ResumePolicyInputRef,
        required: true,
        description: 'The policy to try; what it leaves out takes its default.',
      }),
      since: t.arg({ type: 'DateTime', validate: instant, description: 'Only claims since then; null: all.' }),
      agentId: t.arg.id({ validate: idRule, description: 'Only claims of this agent’s tasks; null: of all.' }),
      first: t.arg.int({
        defaultValue: 20,
        validate: examples,
        description: 'How many flips to show as examples: 0 to 100.',
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
