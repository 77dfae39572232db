import { runtimeById } from '../loaders/rows.js'
import {
  ResumeCandidateRef,
  ResumeDecisionRef,
  ResumePolicyRef,
  RuntimeBindingRef,
  RuntimeRef,
  SessionEventRef,
} from '../refs.js'
import { required } from '../relations.js'
import { positionOf } from '../session-views.js'
import { evidenceOf } from './binding.js'
import { ResumeOutcomeRef, ResumeReasonRef } from './decision-enums.js'
import { HandoffRangeRef } from './handoff.js'

ResumeCandidateRef.implement({
  description: 'A session that a decision considered.',
  fields: (t) => ({
    binding: t.field({
      type: RuntimeBindingRef,
      description: "The session's binding at the time of the decision.",
      resolve: ({ conversationId, binding, policy }) => ({ conversationId, binding, policy }),
    }),
    eligible: t.exposeBoolean('eligible', {
      description: 'Whether the session passes every check. A newer session may still win.',
    }),
    reason: t.expose('reason', {
      type: ResumeReasonRef,
      description: 'Why the session was rejected. `SAME_RUNTIME` if it won, `SUPERSEDED` if a newer one did.',
    }),
    evidence: t.field({
      type: SessionEventRef,
      description: 'The event that the reason is based on.',
      resolve: ({ conversationId, evidenceVersion }, _args, context) =>
        evidenceOf(context, conversationId, evidenceVersion),
    }),
  }),
})

ResumeDecisionRef.implement({
  description:
    'Whether a run resumes a session, and why. The decision is deterministic: recomputing it from the same history ' +
    'gives the same result.',
  fields: (t) => ({
    outcome: t.expose('outcome', { type: ResumeOutcomeRef, description: 'Whether the run resumes a session.' }),
    reason: t.expose('reason', { type: ResumeReasonRef, description: 'The rule that decided.' }),
    sessionId: t.exposeString('sessionId', {
      nullable: true,
      description: 'ID of the provider session to resume. Null unless `outcome` is `RESUME`.',
    }),
    workDir: t.exposeString('workDir', {
      nullable: true,
      description: 'Work directory to use. Null: create a new one.',
    }),
    continuityGap: t.exposeBoolean('continuityGap', {
      description:
        'Whether the conversation has turns that the run does not know, without anyone having requested a fresh ' +
        'session.',
    }),
    handoffRange: t.expose('handoffRange', {
      type: HandoffRangeRef,
      nullable: true,
      description: 'The turns that the run does not know. Null if `continuityGap` is false.',
    }),
    message: t.exposeString('message', { description: 'The decision as one sentence for users.' }),
    candidates: t.field({
      type: [ResumeCandidateRef],
      description: 'The considered sessions, newest activity first.',
      resolve: ({ candidates, policy }) => candidates.map((candidate) => ({ ...candidate, policy })),
    }),
    runtime: t.field({
      type: RuntimeRef,
      description: 'The claiming runtime.',
      resolve: ({ runtimeId }, _args, context) => required(context, runtimeById, runtimeId),
    }),
    policy: t.expose('policy', { type: ResumePolicyRef, description: 'The resume policy that was applied.' }),
    basis: t.field({
      type: 'Position',
      description: 'Position of the conversation\'s last event before the decision; "0" if there was none.',
      resolve: ({ conversationId, basisVersion }, _args, context) => positionOf(context, conversationId, basisVersion),
    }),
  }),
})
