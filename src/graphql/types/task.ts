import type { TaskKind } from '../../session-pointer/events.js'
import type { Usage } from '../../session-pointer/usage.js'
import type { TaskStatus } from '../../tasks/task-state.js'
import { eventsOfTask } from '../event-lists.js'
import { claimByTask, decisionOfClaim } from '../loaders/claims.js'
import { agentById, contentByTask, conversationById, runtimeById, taskById } from '../loaders/rows.js'
import {
  AgentRef,
  ChatSessionRef,
  ConversationRef,
  NodeRef,
  ResumeDecisionRef,
  RuntimeRef,
  SessionEventConnection,
  SessionEventRef,
  TaskProgressConnection,
  TaskProgressRef,
  TaskRef,
} from '../refs.js'
import { waitingByTask } from '../loaders/waiting.js'
import { optional, required } from '../relations.js'
import { promptOf } from '../task-texts.js'
import { whenLoaded } from '../when-loaded.js'
import { HandoffRef, MAX_BYTES, handoffOf, rangeOfTask } from './handoff.js'
import { progressOf } from './progress.js'
import { failureOf, TaskFailureRef } from './task-failure.js'
import { TaskKindRef, TaskStatusRef } from './task-enums.js'
import { UsageRef } from './usage.js'
import { TaskWaitingRef } from './waiting.js'

TaskRef.implement({
  description: 'One run of an agent: a turn of a chat session, or work on an issue.',
  interfaces: [NodeRef],
  fields: (t) => ({
    id: t.exposeID('id', { description: 'task_...' }),
    kind: t.field({ type: TaskKindRef, description: 'What it is about.', resolve: ({ kind }) => kind as TaskKind }),
    status: t.field({
      type: TaskStatusRef,
      description: 'Where it stands.',
      resolve: ({ status }) => status as TaskStatus,
    }),
    agent: t.field({
      type: AgentRef,
      description: 'Whose work it is.',
      resolve: ({ agentId }, _args, context) => required(context, agentById, agentId),
    }),
    runtime: t.field({
      type: RuntimeRef,
      description: 'The only runtime that may claim it: the one its agent was on when it was enqueued.',
      resolve: ({ runtimeId }, _args, context) => required(context, runtimeById, runtimeId),
    }),
    conversation: t.field({
      type: ConversationRef,
      description: 'What it is a part of.',
      resolve: ({ conversationId }, _args, context) => required(context, conversationById, conversationId),
    }),
    chatSession: t.field({
      type: ChatSessionRef,
      nullable: true,
      description: 'The chat session that it is a turn of; null for issue work.',
      resolve: ({ kind, conversationId }, _args, context) =>
        kind === 'CHAT' ? context.loaders.load(conversationById, conversationId) : null,
    }),
    issueKey: t.string({
      nullable: true,
      description: 'The issue that it is work on; null for chat turns.',
      resolve: ({ kind, conversationId }, _args, context) =>
        kind === 'CHAT'
          ? null
          : whenLoaded(required(context, conversationById, conversationId), ({ issueKey }) => issueKey),
    }),
    title: t.exposeString('title', { nullable: true, description: 'What people call it.' }),
    prompt: t.string({
      nullable: true,
      description: 'What the agent is asked: of a chat turn the messages that it answers, joined by blank lines.',
      resolve: (task, _args, context) => promptOf(context, task),
    }),
    priority: t.exposeInt('priority', {
      description:
        'Higher is claimed first; among equals the oldest. Within a conversation, nothing goes before the automatic ' +
        'retry of a task that was enqueued earlier, whatever its priority.',
    }),
    attempt: t.exposeInt('attempt', {
      description: 'From 1; grows with every automatic retry, but not with waits for an account.',
    }),
    maxAttempts: t.exposeInt('maxAttempts', { description: 'No automatic retry after this many attempts.' }),
    retryOf: t.field({
      type: TaskRef,
      nullable: true,
      description: 'The failed task that this one tries again.',
      resolve: ({ retryOf }, _args, context) => optional(context, taskById, retryOf),
    }),
    rerunOf: t.field({
      type: TaskRef,
      nullable: true,
      description: 'The task that a person ran again as this one.',
      resolve: ({ rerunOf }, _args, context) => optional(context, taskById, rerunOf),
    }),
    forceFreshSession: t.exposeBoolean('forceFreshSession', { description: 'Asked to start a new session.' }),
    forceFreshWorkDir: t.exposeBoolean('forceFreshWorkDir', { description: 'Asked to start in a new directory.' }),
    sessionId: t.exposeString('sessionId', {
      nullable: true,
      description: 'The provider session that its run was in.',
    }),
    workDir: t.exposeString('workDir', { nullable: true, description: 'The directory that its run worked in.' }),
    output: t.string({
      nullable: true,
      description: 'What its run answered.',
      resolve: ({ id }, _args, context) =>
        whenLoaded(context.loaders.load(contentByTask, id), (content) => content?.output ?? null),
    }),
    result: t.field({
      type: 'JSON',
      nullable: true,
      description: 'What its run gave back for programs to read.',
      resolve: ({ id }, _args, context) =>
        whenLoaded(context.loaders.load(contentByTask, id), (content) => content?.result ?? null),
    }),
    usage: t.field({
      type: UsageRef,
      nullable: true,
      description: 'What its run used, as its daemon told with the ending; null: it told nothing.',
      resolve: ({ usage }) => usage as Usage | null,
    }),
    failure: t.field({ type: TaskFailureRef, nullable: true, description: 'How it failed.', resolve: failureOf }),
    metadata: t.field({
      type: 'JSON',
      nullable: true,
      description: 'Whatever was given along with it. Baton only passes it on.',
      resolve: ({ id }, _args, context) =>
        whenLoaded(context.loaders.load(contentByTask, id), (content) => content?.metadata ?? null),
    }),
    resume: t.field({
      type: ResumeDecisionRef,
      nullable: true,
      description: 'The decision that was given with its newest claim; null: it was never claimed.',
      resolve: ({ conversationId, claimVersion }, _args, context) =>
        claimVersion === null ? null : context.loaders.of(decisionOfClaim).load({ conversationId, claimVersion }),
    }),
    waiting: t.field({
      type: TaskWaitingRef,
      nullable: true,
      description: 'Why it waits; null unless it is QUEUED.',
      resolve: ({ id, status }, _args, context) =>
        status === 'QUEUED' ? context.loaders.of(waitingByTask).load(id) : null,
    }),
    handoff: t.field({
      type: HandoffRef,
      nullable: true,
      description:
        'What was said in the turns that its newest run did not know: as its claim told it, and after startTask with ' +
        'REFUSED as a fresh start needs it. null where there are none.',
      args: {
        maxBytes: t.arg.int(MAX_BYTES),
        ifFresh: t.arg.boolean({
          defaultValue: false,
          description:
            'For a run that lost its session on the way: what a fresh start would not know. Only while the task is CLAIMED or ' +
            'RUNNING; ignored otherwise.',
        }),
      },
      resolve: async (task, { maxBytes, ifFresh }, context) =>
        handoffOf(context, task.conversationId, await rangeOfTask(context, task, ifFresh === true), maxBytes),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was enqueued.' }),
    availableAt: t.expose('availableAt', { type: 'DateTime', description: 'It is not claimed before.' }),
    claimedAt: t.expose('claimedAt', { type: 'DateTime', nullable: true, description: 'When its claim began.' }),
    startedAt: t.expose('startedAt', { type: 'DateTime', nullable: true, description: 'When its run began.' }),
    finishedAt: t.expose('finishedAt', { type: 'DateTime', nullable: true, description: 'When it ended.' }),
    erasedAt: t.expose('erasedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When its texts were erased: prompt, output, result, metadata, title, progress and error are empty.',
    }),
    leaseExpiresAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Until when its claim holds if no heartbeat renews it; null where nobody holds it.',
      resolve: ({ id, status }, _args, context) =>
        status === 'CLAIMED' || status === 'RUNNING'
          ? whenLoaded(context.loaders.load(claimByTask, id), (claim) => claim?.leaseExpiresAt ?? null)
          : null,
    }),
    progress: t.connection(
      {
        type: TaskProgressRef,
        description: 'What its run reported while it went on, oldest first.',
        resolve: ({ id }, args, context) => progressOf(context, id, args),
      },
      TaskProgressConnection,
    ),
    events: t.connection(
      {
        type: SessionEventRef,
        description: 'What happened to it, oldest first.',
        resolve: ({ id }, args, context) => eventsOfTask(context, id, args),
      },
      SessionEventConnection,
    ),
  }),
})
