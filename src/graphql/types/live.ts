import { followLog } from '../../use-cases/follow-log.js'
import { followProgress } from '../../use-cases/follow-progress.js'
import { watchClaims } from '../../use-cases/watch-claims.js'
import type { ClaimSignal } from '../../wake-ups/hint.js'
import { watchRuntimes } from '../../use-cases/watch-runtimes.js'
import type { SessionEvent } from '../../generated/prisma/client.js'
import { conversationById } from '../../use-cases/reads/rows-by-id.js'
import { notFound } from '../../use-cases/calls/outcome.js'
import { builder } from '../builder.js'
import { callerOf } from '../context.js'
import { DAEMON_ID } from '../descriptions.js'
import { unwrap } from '../errors.js'
import { id as idRule, key, runtimeIds as runtimeIdsRule, sequence } from '../input-rules.js'
import { SessionEventRef, TaskProgressRef } from '../refs.js'
import { ClaimVerdictRef } from './heartbeat.js'

const TaskAvailableRef = builder.objectRef<{ runtimeId: string }>('TaskAvailable').implement({
  description: 'A hint that a runtime may have work. It grants nothing: call `claimTask` to get the task.',
  fields: (t) => ({
    runtimeId: t.exposeID('runtimeId', { description: 'ID of the runtime (`rt_...`); one of the subscribed ones.' }),
  }),
})

const ClaimSignalRef = builder.objectRef<ClaimSignal>('ClaimSignal').implement({
  description: 'A claim that ended without a call of its daemon.',
  fields: (t) => ({
    taskId: t.exposeID('taskId', { description: 'ID of the claimed task (`task_...`).' }),
    verdict: t.expose('verdict', { type: ClaimVerdictRef, description: '`CANCELLED` or `LOST`.' }),
  }),
})

builder.subscriptionType({
  description:
    'The live streams, sent as server-sent events from the same URL. If a stream breaks, subscribe again; ' +
    '`sessionEvents` and `taskProgress` continue after the last entry received.',
})

builder.subscriptionFields((t) => ({
  taskAvailable: t.field({
    type: TaskAvailableRef,
    description: 'Reports each runtime that may have work, starting with those that have some now.',
    authScopes: { fleet: true },
    args: {
      runtimeIds: t.arg.idList({
        required: true,
        validate: runtimeIdsRule,
        description: "IDs of the daemon's runtimes (`rt_...`), 1 to 100.",
      }),
    },
    subscribe: async (_root, { runtimeIds }, context) => {
      const input = { runtimeIds: runtimeIds.map(String) }
      return unwrap(await watchRuntimes(context.services, callerOf(context), input))
    },
    resolve: (hint) => {
      return hint
    },
  }),
  claimSignals: t.field({
    type: ClaimSignalRef,
    description:
      'Reports claims of a daemon that are cancelled or lost from now on, within a second. Signals are hints and ' +
      'can be lost: the result of `heartbeat` is authoritative.',
    authScopes: { fleet: true },
    args: { daemonId: t.arg.string({ required: true, validate: key, description: DAEMON_ID }) },
    subscribe: (_root, { daemonId }, context) => unwrap(watchClaims(context.services, callerOf(context), { daemonId })),
    resolve: (signal) => signal,
  }),
  taskProgress: t.field({
    type: TaskProgressRef,
    description:
      'The progress entries of a task, existing ones first, in the order of `seq` and without repetition. The ' +
      'stream ends when the task ends. Entries reported to another server arrive within a second. To reconnect, ' +
      'pass the `seq` of the last entry received as `after`.',
    authScopes: { read: true },
    args: {
      taskId: t.arg.id({ required: true, validate: idRule, description: 'ID of the task (`task_...`).' }),
      after: t.arg.int({
        validate: sequence,
        description: 'Only entries with a higher `seq`. Null: all.',
      }),
    },
    subscribe: async (_root, { taskId, after }, context) =>
      unwrap(await followProgress(context.services, callerOf(context), { taskId, after: after ?? null })),
    resolve: (entry, _args, context) => {
      context.loaders.size.startAnew()
      return entry
    },
  }),
  sessionEvents: t.field({
    type: SessionEventRef,
    description:
      "The events of the workspace's log, existing ones first, in order. No event is skipped or repeated. To " +
      'reconnect, pass the position of the last event received as `after`.',
    authScopes: { read: true },
    args: {
      after: t.arg({
        type: 'Position',
        description: 'Only events after this position. Null: only events from now on. "0": the whole log.',
      }),
      conversationId: t.arg.id({
        validate: idRule,
        description: 'Only events of this conversation (`chat_...` or `issue_...`). Null: all.',
      }),
    },
    subscribe: async (_root, { after, conversationId }, context) => {
      const { services } = context
      const caller = callerOf(context)
      const id = conversationId == null ? null : String(conversationId)
      if (id !== null && (await conversationById(services, caller.workspaceId, id)) === null) {
        unwrap(notFound(id.startsWith('issue_') ? 'issue' : 'chat', id))
      }
      return followLog(services, caller, { after: after ?? null, conversationId: id })
    },
    resolve: (event, _args, context) => {
      // Each event is answered with current data: nothing loaded for an earlier event is reused.
      context.loaders.forget()
      context.loaders.size.startAnew()
      const { position, ...row } = event
      return { ...row, position: BigInt(position) } as SessionEvent
    },
  }),
}))
