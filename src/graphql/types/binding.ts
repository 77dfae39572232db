import { effectiveState } from '../../session-pointer/bindings.js'
import { builder } from '../builder.js'
import type { Context } from '../context.js'
import { toldStateReason } from '../erased-words.js'
import { eventByVersion } from '../loaders/events.js'
import { runtimeById, taskById } from '../loaders/rows.js'
import { RuntimeBindingRef, RuntimeRef, SessionEventRef, SessionPointerRef, TaskRef } from '../refs.js'
import { optional } from '../relations.js'
import type { SessionEvent } from '../../generated/prisma/client.js'

const BindingStateRef = builder.enumType('BindingState', {
  description: 'State of a provider session. Only a `RESUMABLE` session may be offered to a run.',
  values: {
    RESUMABLE: { description: 'The session may be offered to a run.' },
    POISONED: { description: 'The last run in the session failed in a way that would repeat on resume.' },
    RETIRED: { description: 'A run retired the session, or the provider refused to resume it. Permanent.' },
    RESET: { description: 'A user reset the session. Permanent.' },
    NOT_DURABLE: { description: "The provider has not stored the session's transcript." },
    FAILING: {
      description:
        'Too many consecutive runs failed after being offered the session; see `ResumePolicy.maxResumeFailures`.',
    },
    UNPROVEN: { description: 'The session was imported, and no event proves which runtime created it.' },
  },
})

/** The event at a version of a conversation's stream. It must exist: session state names only events that were folded. */
export async function evidenceOf(context: Context, conversationId: string, version: number): Promise<SessionEvent> {
  const event = await context.loaders.of(eventByVersion).load({ conversationId, version })
  if (event === null) throw new Error(`Conversation ${conversationId} has no event of version ${version}.`)
  return event
}

RuntimeBindingRef.implement({
  description: 'One provider session and the runtime that it lives on.',
  fields: (t) => ({
    sessionId: t.string({
      description: 'ID that the provider gave to the session. Opaque, at most 1 KB.',
      resolve: ({ binding }) => binding.sessionId,
    }),
    runtime: t.field({
      type: RuntimeRef,
      nullable: true,
      description: 'The runtime that the session lives on. Null only while the state is `UNPROVEN`.',
      resolve: ({ binding }, _args, context) => optional(context, runtimeById, binding.runtimeId),
    }),
    workDir: t.string({
      nullable: true,
      description: "The session's work directory. Null if no run reported one.",
      resolve: ({ binding }) => binding.workDir,
    }),
    state: t.field({
      type: BindingStateRef,
      description: "State of the session under the agent's resume policy.",
      resolve: ({ binding, policy }) => effectiveState(binding, policy),
    }),
    stateReason: t.string({
      nullable: true,
      description:
        'Reason for the state, such as a failure reason or the text given with a reset. Null if there is none, or ' +
        'if it was erased.',
      resolve: ({ conversationId, binding }, _args, context) => toldStateReason(context, conversationId, binding),
    }),
    agentRevision: t.int({
      nullable: true,
      description: "Revision of the agent's config in the newest run of the session. Null if unknown.",
      resolve: ({ binding }) => binding.agentRevision,
    }),
    resumeFailures: t.int({
      description: 'Number of consecutive failed runs that were offered the session. A completed run resets it to 0.',
      resolve: ({ binding }) => binding.resumeFailures,
    }),
    firstTask: t.field({
      type: TaskRef,
      nullable: true,
      description: 'The first task that reported the session. Null if the session was imported or the task was sealed.',
      resolve: ({ binding }, _args, context) => optional(context, taskById, binding.firstTaskId),
    }),
    lastTask: t.field({
      type: TaskRef,
      nullable: true,
      description: 'The last task that reported the session. Null if the session was imported or the task was sealed.',
      resolve: ({ binding }, _args, context) => optional(context, taskById, binding.lastTaskId),
    }),
    lastActiveAt: t.field({
      type: 'DateTime',
      description: 'Time of the last event that names the session.',
      resolve: ({ binding }) => new Date(binding.lastActiveAt),
    }),
    evidence: t.field({
      type: SessionEventRef,
      description: 'The event that put the session in this state or last changed its failure count.',
      resolve: ({ conversationId, binding }, _args, context) =>
        evidenceOf(context, conversationId, binding.evidenceVersion),
    }),
  }),
})

SessionPointerRef.implement({
  description: 'The newest eligible session of a conversation, on any runtime, and its newest work directory.',
  fields: (t) => ({
    sessionId: t.string({
      nullable: true,
      description: 'ID of the newest session that may be offered. Null if there is none.',
      resolve: ({ binding }) => binding?.sessionId ?? null,
    }),
    runtime: t.field({
      type: RuntimeRef,
      nullable: true,
      description: 'The runtime that the session lives on. Null if there is no session.',
      resolve: ({ binding }, _args, context) => optional(context, runtimeById, binding?.runtimeId ?? null),
    }),
    workDir: t.exposeString('workDir', {
      nullable: true,
      description:
        'The newest work directory that a run reported. It stays available after its session is lost. Null if no ' +
        'run reported one.',
    }),
    binding: t.field({
      type: RuntimeBindingRef,
      nullable: true,
      description: "The session's binding. Null if there is no session.",
      resolve: ({ conversationId, binding, policy }) => (binding === null ? null : { conversationId, binding, policy }),
    }),
    position: t.expose('position', {
      type: 'Position',
      description: 'Position of the conversation\'s last event in this state; "0" before its first event.',
    }),
  }),
})
