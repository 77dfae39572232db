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
  description: 'A unit of work for an agent: a turn of a chat session, or work on an issue.',
  interfaces: [NodeRef],
  fields: (t) => ({
    id: t.exposeID('id', { description: 'ID of the task. Example: `task_01h2xcejqtf2nbrexx3vqjhp41`.' }),
    kind: t.field({ type: TaskKindRef, description: 'Kind of the task.', resolve: ({ kind }) => kind as TaskKind }),
    status: t.field({
      type: TaskStatusRef,
      description: 'Status of the task.',
      resolve: ({ status }) => status as TaskStatus,
    }),
    agent: t.field({
      type: AgentRef,
      description: 'The agent that the task is for.',
      resolve: ({ agentId }, _args, context) => required(context, agentById, agentId),
    }),
    runtime: t.field({
      type: RuntimeRef,
      description:
        "The only runtime that may claim the task: the agent's runtime when the task was enqueued, or the one it " +
        'was moved to.',
      resolve: ({ runtimeId }, _args, context) => required(context, runtimeById, runtimeId),
    }),
    conversation: t.field({
      type: ConversationRef,
      description: 'The conversation that the task belongs to.',
      resolve: ({ conversationId }, _args, context) => required(context, conversationById, conversationId),
    }),
    chatSession: t.field({
      type: ChatSessionRef,
      nullable: true,
      description: 'The chat session of the task. Null for issue work.',
      resolve: ({ kind, conversationId }, _args, context) =>
        kind === 'CHAT' ? context.loaders.load(conversationById, conversationId) : null,
    }),
    issueKey: t.string({
      nullable: true,
      description: 'Key of the issue in its tracker. Null for chat turns.',
      resolve: ({ kind, conversationId }, _args, context) =>
        kind === 'CHAT'
          ? null
          : whenLoaded(required(context, conversationById, conversationId), ({ issueKey }) => issueKey),
    }),
    title: t.exposeString('title', { nullable: true, description: 'Title. Null if none was given or it was erased.' }),
    prompt: t.string({
      nullable: true,
      description:
        'Prompt for the agent. For a chat turn, the messages that it answers, joined by blank lines. If it was ' +
        'erased, null for issue work and empty for a chat turn.',
      resolve: (task, _args, context) => promptOf(context, task),
    }),
    priority: t.exposeInt('priority', {
      description:
        'Priority, -1,000 to 1,000. A higher one is claimed first; among equals, the oldest task. Within a ' +
        'conversation, an automatic retry keeps the place of the task it retries: no later task is claimed ' +
        'first, whatever its priority.',
    }),
    attempt: t.exposeInt('attempt', {
      description:
        'Number of the attempt, from 1 up. Automatic retries increase it; waits for the provider account do not.',
    }),
    maxAttempts: t.exposeInt('maxAttempts', {
      description: 'Maximum number of attempts, 1 to 20. If it is at least 2, a network failure may use 3 attempts.',
    }),
    retryOf: t.field({
      type: TaskRef,
      nullable: true,
      description: 'The failed task that this task retries. Null if it is not a retry.',
      resolve: ({ retryOf }, _args, context) => optional(context, taskById, retryOf),
    }),
    rerunOf: t.field({
      type: TaskRef,
      nullable: true,
      description: 'The task that this task reruns. Null if it is not a rerun.',
      resolve: ({ rerunOf }, _args, context) => optional(context, taskById, rerunOf),
    }),
    forceFreshSession: t.exposeBoolean('forceFreshSession', {
      description: 'Whether the run must start a fresh provider session.',
    }),
    forceFreshWorkDir: t.exposeBoolean('forceFreshWorkDir', {
      description: 'Whether a fresh session starts in a new work directory. A resumed session keeps its own.',
    }),
    sessionId: t.exposeString('sessionId', {
      nullable: true,
      description: "ID of the run's provider session. Null if none was reported.",
    }),
    workDir: t.exposeString('workDir', {
      nullable: true,
      description: 'Work directory of the run. Null if none was reported.',
    }),
    output: t.string({
      nullable: true,
      description: "The agent's answer. Null if there is none or it was erased.",
      resolve: ({ id }, _args, context) =>
        whenLoaded(context.loaders.load(contentByTask, id), (content) => content?.output ?? null),
    }),
    result: t.field({
      type: 'JSON',
      nullable: true,
      description: 'Machine-readable result. Null if there is none or it was erased.',
      resolve: ({ id }, _args, context) =>
        whenLoaded(context.loaders.load(contentByTask, id), (content) => content?.result ?? null),
    }),
    usage: t.field({
      type: UsageRef,
      nullable: true,
      description: 'What the run used. Null if the daemon did not report it.',
      resolve: ({ usage }) => usage as Usage | null,
    }),
    failure: t.field({
      type: TaskFailureRef,
      nullable: true,
      description: 'Why the task failed. Null unless `status` is `FAILED`.',
      resolve: failureOf,
    }),
    metadata: t.field({
      type: 'JSON',
      nullable: true,
      description: 'Data passed to `enqueueTask`. Baton only passes it on. Null if there is none or it was erased.',
      resolve: ({ id }, _args, context) =>
        whenLoaded(context.loaders.load(contentByTask, id), (content) => content?.metadata ?? null),
    }),
    resume: t.field({
      type: ResumeDecisionRef,
      nullable: true,
      description:
        'The resume decision of the newest claim. Null if the task was never claimed, or if the claim was imported.',
      resolve: ({ conversationId, claimVersion }, _args, context) =>
        claimVersion === null ? null : context.loaders.of(decisionOfClaim).load({ conversationId, claimVersion }),
    }),
    waiting: t.field({
      type: TaskWaitingRef,
      nullable: true,
      description: 'Why the task waits. Null unless `status` is `QUEUED`.',
      resolve: ({ id, status }, _args, context) =>
        status === 'QUEUED' ? context.loaders.of(waitingByTask).load(id) : null,
    }),
    handoff: t.field({
      type: HandoffRef,
      nullable: true,
      description:
        'Texts of the turns that the newest run does not know, according to its claim. After `startTask` with ' +
        '`REFUSED`, those that a fresh session does not know. Null if there are none.',
      args: {
        maxBytes: t.arg.int(MAX_BYTES),
        ifFresh: t.arg.boolean({
          defaultValue: false,
          description:
            'Whether to return what a fresh session would not know, for a run that lost its session. Ignored ' +
            'unless the task is `CLAIMED` or `RUNNING`.',
        }),
      },
      resolve: async (task, { maxBytes, ifFresh }, context) =>
        handoffOf(context, task.conversationId, await rangeOfTask(context, task, ifFresh === true), maxBytes),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'Time of enqueueing.' }),
    availableAt: t.expose('availableAt', { type: 'DateTime', description: 'Earliest time of a claim.' }),
    claimedAt: t.expose('claimedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Time of the claim. Null if the task is unclaimed, also after a release.',
    }),
    startedAt: t.expose('startedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Time when the run started. Null if it has not started.',
    }),
    finishedAt: t.expose('finishedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Time when the task ended. Null if it has not ended.',
    }),
    erasedAt: t.expose('erasedAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'Time when the texts were erased: prompt, output, result, metadata, title, progress and error. Null if ' +
        'they were not.',
    }),
    leaseExpiresAt: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        'Time when the lease expires unless a heartbeat renews it. Null unless the task is `CLAIMED` or `RUNNING`.',
      resolve: ({ id, status }, _args, context) =>
        status === 'CLAIMED' || status === 'RUNNING'
          ? whenLoaded(context.loaders.load(claimByTask, id), (claim) => claim?.leaseExpiresAt ?? null)
          : null,
    }),
    progress: t.connection(
      {
        type: TaskProgressRef,
        description: 'The progress entries of the run, oldest first.',
        resolve: ({ id }, args, context) => progressOf(context, id, args),
      },
      TaskProgressConnection,
    ),
    events: t.connection(
      {
        type: SessionEventRef,
        description: 'The events of the task, oldest first.',
        resolve: ({ id }, args, context) => eventsOfTask(context, id, args),
      },
      SessionEventConnection,
    ),
  }),
})
