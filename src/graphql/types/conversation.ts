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
import { storedPolicy } from '../../session-pointer/resume-policy.js'
import { ResumePolicyInputRef, policyOf } from './policy.js'
import { SealedHistoryRef, sealedByConversation } from './sealed.js'
import { TaskStatusRef } from './task-enums.js'

const AT = "Position in the workspace's log to evaluate at. Null: now."

ConversationRef.implement({
  description:
    "The unit of session continuity: a chat session, or an agent's work on one issue. Its history is one event " +
    'stream, and its session state is a fold of that stream.',
  resolveType: ({ kind }) => (kind === 'CHAT' ? 'ChatSession' : 'IssueThread'),
  fields: (t) => ({
    id: t.exposeID('id', { description: 'ID of the conversation. Example: `chat_01h2xcejqtf2nbrexx3vqjhp41`.' }),
    agent: t.field({
      type: AgentRef,
      description: 'The agent that the conversation belongs to.',
      resolve: ({ agentId }, _args, context) => required(context, agentById, agentId),
    }),
    title: t.string({
      nullable: true,
      description:
        'Title of the chat session, empty if it has none. For an issue thread, the title of its newest task, or ' +
        'the issue key if that task has none.',
      resolve: ({ id, kind, title, issueKey }, _args, context) =>
        kind === 'CHAT'
          ? title
          : whenLoaded(context.loaders.load(listingByConversation, id), (listing) => listing?.title ?? issueKey),
    }),
    lastActivityAt: t.expose('lastActivityAt', {
      type: 'DateTime',
      description: 'Time of the last activity.',
    }),
    newestTask: t.field({
      type: TaskRef,
      nullable: true,
      description: 'The most recently created task. Null if the conversation has no tasks.',
      resolve: async ({ id }, _args, context) => {
        const listing = await context.loaders.load(listingByConversation, id)
        return optional(context, taskById, listing?.newestTaskId ?? null)
      },
    }),
    erasedAt: t.expose('erasedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Time of the last erasure of texts. Texts written later are present. Null if nothing was erased.',
    }),
    sealed: t.field({
      type: SealedHistoryRef,
      nullable: true,
      description:
        'The part of the history that was moved to an archive file. Null if the whole history is in the database.',
      resolve: ({ id, sealedVersion }, _args, context) =>
        sealedVersion === null ? null : context.loaders.of(sealedByConversation).load(id),
    }),
    pointer: t.field({
      type: SessionPointerRef,
      description: 'The newest eligible session and the newest work directory, folded from the log.',
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
      description: 'Every provider session of the conversation, newest activity first.',
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
        description: 'The events of the conversation, oldest first.',
        args: {
          types: t.arg({ type: [SessionEventTypeRef], description: 'Only events of these types. Null: all.' }),
          taskId: t.arg.id({ validate: idRule, description: 'Only events of this task (`task_...`). Null: all.' }),
          fromVersion: t.arg.int({
            validate: sequence,
            description:
              'Only events with this version or a later one. Use it to start in the middle of a long history. ' +
              'Null: all.',
          }),
        },
        resolve: ({ id }, args, context) => eventsOfConversation(context, id, args),
      },
      SessionEventConnection,
    ),
    eventCounts: t.field({
      type: EventCountsRef,
      complexity: COUNTS_COST,
      description: 'Number of events by type, and of claims by reason.',
      resolve: ({ id }, _args, context) => countEvents(context, id),
    }),
    tasks: t.connection(
      {
        type: TaskRef,
        description: 'The tasks of the conversation, newest first. At most one is `CLAIMED` or `RUNNING`.',
        args: {
          status: t.arg({ type: [TaskStatusRef], description: 'Only tasks with one of these statuses. Null: all.' }),
        },
        resolve: ({ id }, args, context) => tasksOf(context, 'conversationId', id, args),
      },
      TaskConnection,
    ),
    explainResume: t.field({
      type: ResumeDecisionRef,
      description: 'The decision that a claim by a runtime would get, with its reasons. Changes nothing.',
      args: {
        runtimeId: t.arg.id({
          validate: idRule,
          description: "ID of the claiming runtime (`rt_...`). Null: the agent's runtime.",
        }),
        at: t.arg({ type: 'Position', description: AT }),
        policy: t.arg({ type: ResumePolicyInputRef, description: "Resume policy to apply. Null: the agent's policy." }),
      },
      resolve: async (conversation, { runtimeId, at, policy }, context) =>
        unwrap(
          await explainResume(context.services, callerOf(context), {
            conversation,
            runtimeId,
            // Loaded first, in the same tick as sibling fields: one fold serves them all.
            then: at == null ? null : await context.loaders.of(placeAt).load({ conversation, at }),
            policy: policy == null ? null : policyOf(policy),
          }),
        ),
    }),
  }),
})
