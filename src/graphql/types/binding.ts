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
  description: 'Whether a session may be offered to a run, and if not, why.',
  values: {
    RESUMABLE: { description: 'It may be offered.' },
    POISONED: { description: 'Its last run failed in a way that would repeat on resume.' },
    RETIRED: { description: 'A run gave it up for good, or the provider refused it.' },
    RESET: { description: 'A person dropped it.' },
    NOT_DURABLE: { description: 'The provider had not stored its transcript.' },
    FAILING: { description: 'Too many runs in a row failed after they were offered it.' },
    UNPROVEN: { description: 'Known only from outside history: no event proves which runtime made it.' },
  },
})

/** The event that a version of a conversation's stream names. Versions in a state are those of events that were folded. */
export async function evidenceOf(context: Context, conversationId: string, version: number): Promise<SessionEvent> {
  const event = await context.loaders.of(eventByVersion).load({ conversationId, version })
  if (event === null) throw new Error(`Conversation ${conversationId} has no event of version ${version}.`)
  return event
}

RuntimeBindingRef.implement({
  description: 'One provider session, and the runtime that it lives on.',
  fields: (t) => ({
    sessionId: t.string({ description: "The provider's own id of it.", resolve: ({ binding }) => binding.sessionId }),
    runtime: t.field({
      type: RuntimeRef,
      nullable: true,
      description: 'Where it lives; null only while it is UNPROVEN.',
      resolve: ({ binding }, _args, context) => optional(context, runtimeById, binding.runtimeId),
    }),
    workDir: t.string({
      nullable: true,
      description: 'The directory that it worked in.',
      resolve: ({ binding }) => binding.workDir,
    }),
    state: t.field({
      type: BindingStateRef,
      description: 'Whether it may be offered.',
      resolve: ({ binding, policy }) => effectiveState(binding, policy),
    }),
    stateReason: t.string({
      nullable: true,
      description: 'Why it is in this state, in the words of whoever caused it; null once these are erased.',
      resolve: ({ conversationId, binding }, _args, context) => toldStateReason(context, conversationId, binding),
    }),
    agentRevision: t.int({
      nullable: true,
      description: "The revision of the agent's config in its newest run.",
      resolve: ({ binding }) => binding.agentRevision,
    }),
    resumeFailures: t.int({
      description: 'Failed runs in a row that were offered it; 0 again once a run completes in it.',
      resolve: ({ binding }) => binding.resumeFailures,
    }),
    firstTask: t.field({
      type: TaskRef,
      nullable: true,
      description: 'The task that made it.',
      resolve: ({ binding }, _args, context) => optional(context, taskById, binding.firstTaskId),
    }),
    lastTask: t.field({
      type: TaskRef,
      nullable: true,
      description: 'The task that was in it last.',
      resolve: ({ binding }, _args, context) => optional(context, taskById, binding.lastTaskId),
    }),
    lastActiveAt: t.field({
      type: 'DateTime',
      description: 'When it was last named by a run.',
      resolve: ({ binding }) => new Date(binding.lastActiveAt),
    }),
    evidence: t.field({
      type: SessionEventRef,
      description: 'The event that put it in this state.',
      resolve: ({ conversationId, binding }, _args, context) =>
        evidenceOf(context, conversationId, binding.evidenceVersion),
    }),
  }),
})

SessionPointerRef.implement({
  description: 'Where a conversation would go on, if any runtime could claim it.',
  fields: (t) => ({
    sessionId: t.string({
      nullable: true,
      description: 'The newest session that may be offered; null: none is left.',
      resolve: ({ binding }) => binding?.sessionId ?? null,
    }),
    runtime: t.field({
      type: RuntimeRef,
      nullable: true,
      description: 'Where that session lives.',
      resolve: ({ binding }, _args, context) => optional(context, runtimeById, binding?.runtimeId ?? null),
    }),
    workDir: t.exposeString('workDir', {
      nullable: true,
      description: 'The newest directory that any run reported. It outlives a lost session: directories are portable.',
    }),
    binding: t.field({
      type: RuntimeBindingRef,
      nullable: true,
      description: 'All that is known of that session.',
      resolve: ({ conversationId, binding, policy }) => (binding === null ? null : { conversationId, binding, policy }),
    }),
    position: t.expose('position', {
      type: 'Position',
      description: "The conversation's last event that this was folded from; 0 before its first.",
    }),
  }),
})
