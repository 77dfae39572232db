import { followLog } from '../../use-cases/follow-log.js'
import { followProgress } from '../../use-cases/follow-progress.js'
import { watchClaims } from '../../use-cases/watch-claims.js'
import type { ClaimSignal } from '../../wake-ups/hint.js'
import { watchRuntimes } from '../../use-cases/watch-runtimes.js'
import type { SessionEvent } from '../../generated/prisma/client.js'
import { conversationById } from '../../use-cases/conversation-by-id.js'
import { notFound } from '../../use-cases/outcome.js'
import { builder } from '../builder.js'
import { callerOf } from '../context.js'
import { unwrap } from '../errors.js'
import { id as idRule, key, runtimeIds as runtimeIdsRule, sequence } from '../input-rules.js'
import { SessionEventRef, TaskProgressRef } from '../refs.js'
import { ClaimVerdictRef } from './heartbeat.js'

const TaskAvailableRef = builder.objectRef<{ runtimeId: string }>('TaskAvailable').implement({
  description: 'A hint that a runtime may have work. It grants nothing: claim to get the task.',
  fields: (t) => ({
    runtimeId: t.exposeID('runtimeId', { description: 'rt_..., one of those that were asked for.' }),
  }),
})

const ClaimSignalRef = builder.objectRef<ClaimSignal>('ClaimSignal').implement({
  description: 'A claim that ended without its holder.',
  fields: (t) => ({
    taskId: t.exposeID('taskId', { description: 'Of which task.' }),
    verdict: t.expose('verdict', { type: ClaimVerdictRef, description: 'CANCELLED or LOST.' }),
  }),
})

builder.subscriptionType({
  description:
    'What can be followed live, over server-sent events on the same address. A stream that breaks is simply asked ' +
    'for again: sessionEvents goes on after the last position that you have.',
})

builder.subscriptionFields((t) => ({
  taskAvailable: t.field({
    type: TaskAvailableRef,
    description: 'Tells whenever one of these runtimes may have work, beginning with those that have some now.',
    authScopes: { fleet: true },
    args: {
      runtimeIds: t.arg.idList({ required: true, validate: runtimeIdsRule, description: 'Your runtimes, 1 to 100.' }),
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
      'Tells a daemon of its claims that are cancelled or lost from now on, within a second. A hint: nothing that happened ' +
      'before is told, and one may get lost. The heartbeat tells the truth.',
    authScopes: { fleet: true },
    args: { daemonId: t.arg.string({ required: true, validate: key, description: 'Who you are.' }) },
    subscribe: (_root, { daemonId }, context) => unwrap(watchClaims(context.services, callerOf(context), { daemonId })),
    resolve: (signal) => signal,
  }),
  taskProgress: t.field({
    type: TaskProgressRef,
    description:
      "A run's progress from an entry on: what is there, then what comes, in the order of seq and none twice. Ends when the " +
      'task has ended. What another server was told comes within a second. Reconnect with the seq of the last entry you have.',
    authScopes: { read: true },
    args: {
      taskId: t.arg.id({ required: true, validate: idRule, description: 'task_...' }),
      after: t.arg.int({
        validate: sequence,
        description: 'Only entries with a higher seq; null: all of them, from 0 on.',
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
      "The workspace's log from a position on: what is there, then what comes, in order, nothing left out and " +
      'nothing twice. Reconnect with the position of the last event you have.',
    authScopes: { read: true },
    args: {
      after: t.arg({
        type: 'Position',
        description: 'Only what comes after this position; null: only what happens from now on. "0": everything.',
      }),
      conversationId: t.arg.id({ validate: idRule, description: 'Only the events of this conversation.' }),
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
      // Each event is an answer of its own time: nothing that an earlier one loaded may be shown with it.
      context.loaders.forget()
      context.loaders.size.startAnew()
      const { position, ...row } = event
      return { ...row, position: BigInt(position) } as SessionEvent
    },
  }),
}))
