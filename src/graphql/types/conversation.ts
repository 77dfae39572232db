import { bindingsByActivity, pointerOf } from '../../session-pointer/bindings.js'
import { explainResume } from '../../use-cases/explain-resume.js'
import { callerOf } from '../context.js'
import { unwrap } from '../errors.js'
import { eventsOfConversation } from '../event-lists.js'
import { id as idRule, sequence } from '../input-rules.js'
import { placeAt } from '../loaders/histories.js'
import { agentById, listingByConversation, taskById } from '../loaders/rows.js'
import {
  AgentRef,
  ConversationRef,
  ResumeDecisionRef,
  RuntimeBindingRef,
  SessionEventConnection,
  SessionEventRef,
  SessionPointerRef,
  TaskConnection,
  TaskRef,
} from '../refs.js'
import { optional, required } from '../relations.js'
import { positionOf, stateAt } from '../session-views.js'
import { tasksOf } from '../task-lists.js'
import { COUNTS_COST, countEvents, EventCountsRef } from './event-counts.js'
import { SessionEventTypeRef } from './event-type.js'
import { whenLoaded } from '../when-loaded.js'
import { ResumePolicyInputRef, policyOf, storedPolicy } from './policy.js'
import { SealedHistoryRef, sealedByConversation } from './sealed.js'
import { TaskStatusRef } from './task-enums.js'

const AT = "As it was when the workspace's log stood at this position; null: now."

ConversationRef.implement({
  description:
    'The unit of session continuity: a chat session, or the work of an agent on an issue. Its history is one stream of ' +
    'events, and what can be resumed is folded from it.',
  resolveType: ({ kind }) => (kind === 'CHAT' ? 'ChatSession' : 'IssueThread'),
  fields: (t) => ({
    id: t.exposeID('id', { description: 'chat_... or issue_...' }),
    agent: t.field({
      type: AgentRef,
      description: 'Whom it is held with.',
      resolve: ({ agentId }, _args, context) => required(context, agentById, agentId),
    }),
    title: t.string({
      nullable: true,
      description: "What people call it: a chat's title; of an issue thread its newest task's, else its key.",
      resolve: ({ id, kind, title, issueKey }, _args, context) =>
        kind === 'CHAT'
          ? title
          : whenLoaded(context.loaders.load(listingByConversation, id), (listing) => listing?.title ?? issueKey),
    }),
    lastActivityAt: t.expose('lastActivityAt', {
      type: 'DateTime',
      description: 'When something last happened in it.',
    }),
    newestTask: t.field({
      type: TaskRef,
      nullable: true,
      description: 'The task that was created last; null: there is none yet.',
      resolve: async ({ id }, _args, context) => {
        const listing = await context.loaders.load(listingByConversation, id)
        return optional(context, taskById, listing?.newestTaskId ?? null)
      },
    }),
    erasedAt: t.expose('erasedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When its texts were last erased; what was written since is there.',
    }),
    sealed: t.field({
      type: SealedHistoryRef,
      nullable: true,
      description: 'The part of its history that is in an archive file; null: all of it is here.',
      resolve: ({ id, sealedVersion }, _args, context) =>
        sealedVersion === null ? null : context.loaders.of(sealedByConversation).load(id),
    }),
    pointer: t.field({
      type: SessionPointerRef,
      description: 'The newest eligible session, as folded from the log.',
      args: { at: t.arg({ type: 'Position', description: AT }) },
      resolve: async (conversation, { at }, context) => {
        const [agent, state] = await Promise.all([
          required(context, agentById, conversation.agentId),
          stateAt(context, conversation, at ?? null),
        ])
        const policy = storedPolicy(agent)
        const position = await positionOf(context, conversation.id, state.version)
        return { conversationId: conversation.id, ...pointerOf(state, policy), policy, position }
      },
    }),
    bindings: t.field({
      type: [RuntimeBindingRef],
      description: 'Every provider session that this conversation has known, newest activity first.',
      args: { at: t.arg({ type: 'Position', description: AT }) },
      resolve: async (conversation, { at }, context) => {
        const [agent, state] = await Promise.all([
          required(context, agentById, conversation.agentId),
          stateAt(context, conversation, at ?? null),
        ])
        const policy = storedPolicy(agent)
        return bindingsByActivity(state).map((binding) => ({ conversationId: conversation.id, binding, policy }))
      },
    }),
    events: t.connection(
      {
        type: SessionEventRef,
        description: 'What happened, oldest first.',
        args: {
          types: t.arg({ type: [SessionEventTypeRef], description: 'Only events of one of these types.' }),
          taskId: t.arg.id({ validate: idRule, description: 'Only events of this task.' }),
          fromVersion: t.arg.int({
            validate: sequence,
            description: 'Only events of this version and later: to begin in the midst of a long history.',
          }),
        },
        resolve: ({ id }, args, context) => eventsOfConversation(context, id, args),
      },
      SessionEventConnection,
    ),
    eventCounts: t.field({
      type: EventCountsRef,
      complexity: COUNTS_COST,
      description: 'How many events of each kind its whole history has.',
      resolve: ({ id }, _args, context) => countEvents(context, id),
    }),
    tasks: t.connection(
      {
        type: TaskRef,
        description: 'Its tasks, newest first. One at a time is claimed or running.',
        args: { status: t.arg({ type: [TaskStatusRef], description: 'Only tasks in one of these.' }) },
        resolve: ({ id }, args, context) => tasksOf(context, 'conversationId', id, args),
      },
      TaskConnection,
    ),
    explainResume: t.field({
      type: ResumeDecisionRef,
      description: 'What a claim by a runtime would be told, and why. Changes nothing: ask as often as you like.',
      args: {
        runtimeId: t.arg.id({ validate: idRule, description: "Which runtime would claim; null: the agent's." }),
        at: t.arg({ type: 'Position', description: AT }),
        policy: t.arg({ type: ResumePolicyInputRef, description: "Under which policy; null: the agent's own." }),
      },
      resolve: async (conversation, { runtimeId, at, policy }, context) =>
        unwrap(
          await explainResume(context.services, callerOf(context), {
            conversation,
            runtimeId,
            // First of all, in the tick of its neighbours: one fold serves them all.
            then: at == null ? null : await context.loaders.of(placeAt).load({ conversation, at }),
            policy: policy == null ? null : policyOf(policy),
          }),
        ),
    }),
  }),
})
