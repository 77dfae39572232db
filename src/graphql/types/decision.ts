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
  description: 'A session that a decision weighed.',
  fields: (t) => ({
    binding: t.field({
      type: RuntimeBindingRef,
      description: 'The session, as it was when the decision was made.',
      resolve: ({ conversationId, binding, policy }) => ({ conversationId, binding, policy }),
    }),
    eligible: t.exposeBoolean('eligible', { description: 'Nothing speaks against it; a newer one may still win.' }),
    reason: t.expose('reason', { type: ResumeReasonRef, description: 'What speaks against it, or that it won.' }),
    evidence: t.field({
      type: SessionEventRef,
      description: 'The event that the reason rests on.',
      resolve: ({ conversationId, evidenceVersion }, _args, context) =>
        evidenceOf(context, conversationId, evidenceVersion),
    }),
  }),
})

ResumeDecisionRef.implement({
  description: 'Which session a run goes on in, and why. The same history gives the same decision for ever.',
  fields: (t) => ({
    outcome: t.expose('outcome', { type: ResumeOutcomeRef, description: 'Resume a session, or start a fresh one.' }),
    reason: t.expose('reason', { type: ResumeReasonRef, description: 'The rule that decided.' }),
    sessionId: t.exposeString('sessionId', {
      nullable: true,
      description: 'The session to resume: set exactly when the outcome is RESUME.',
    }),
    workDir: t.exposeString('workDir', {
      nullable: true,
      description: 'The directory to work in; null: a new one.',
    }),
    continuityGap: t.exposeBoolean('continuityGap', {
      description: 'The conversation holds turns that the run will not know of, and nobody asked for that.',
    }),
    handoffRange: t.expose('handoffRange', {
      type: HandoffRangeRef,
      nullable: true,
      description: 'The turns that the run will not know; null where continuityGap is false.',
    }),
    message: t.exposeString('message', { description: 'The decision in one plain sentence.' }),
    candidates: t.field({
      type: [ResumeCandidateRef],
      description: 'The sessions that were weighed, newest activity first.',
      resolve: ({ candidates, policy }) => candidates.map((candidate) => ({ ...candidate, policy })),
    }),
    runtime: t.field({
      type: RuntimeRef,
      description: 'The runtime that claims.',
      resolve: ({ runtimeId }, _args, context) => required(context, runtimeById, runtimeId),
    }),
    policy: t.expose('policy', { type: ResumePolicyRef, description: 'The policy that was in force.' }),
    basis: t.field({
      type: 'Position',
      description: "The conversation's last event that was known when this was decided; 0 before its first.",
      resolve: ({ conversationId, basisVersion }, _args, context) => positionOf(context, conversationId, basisVersion),
    }),
  }),
})
