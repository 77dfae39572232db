import type { Task } from '../../generated/prisma/client.js'
import type { HandoffRange, NewEvent } from '../../session-pointer/events.js'
import { freshHandoffRange } from '../../session-pointer/handoff-range.js'
import { isActive } from '../../tasks/task-state.js'
import { readHandoff } from '../../use-cases/read-handoff.js'
import type { Handoff, HandoffEntry } from '../../use-cases/read-handoff.js'
import { builder } from '../builder.js'
import type { Context } from '../context.js'
import { callerOf } from '../context.js'
import { handoffBytes } from '../input-rules.js'
import { decisionOfClaim } from '../loaders/claims.js'
import { eventOfStart } from '../loaders/events.js'
import { conversationById, taskById } from '../loaders/rows.js'
import { readPage } from '../loaders/text-rows.js'
import { TaskRef } from '../refs.js'
import { required } from '../relations.js'
import { stateAt } from '../session-views.js'
import { MessageRoleRef } from './message.js'

export const HandoffRangeRef = builder.objectRef<HandoffRange>('HandoffRange').implement({
  description:
    'Turns of a conversation, by where in its stream they ended. A turn is a task that has ended, in whatever way.',
  fields: (t) => ({
    fromVersion: t.exposeInt('fromVersion', { description: 'The first version that belongs to the range.' }),
    toVersion: t.exposeInt('toVersion', { description: 'The last version that belongs to the range.' }),
    turns: t.exposeInt('turns', { description: 'How many turns ended within it.' }),
  }),
})

const HandoffEntryRef = builder.objectRef<HandoffEntry>('HandoffEntry').implement({
  description: 'One text of a turn: what was asked, or what the agent answered. Tool output is left out.',
  fields: (t) => ({
    task: t.field({
      type: TaskRef,
      description: 'The turn. Its status and failure tell how it ended.',
      resolve: ({ taskId }, _args, context) => required(context, taskById, taskId),
    }),
    role: t.expose('role', { type: MessageRoleRef, description: 'Who said it.' }),
    text: t.exposeString('text', { description: 'What was said; empty where it was erased.' }),
    erased: t.exposeBoolean('erased', { description: 'The text was erased, and is not known to anybody.' }),
    truncated: t.exposeBoolean('truncated', { description: 'The text is longer; only its beginning is here.' }),
    at: t.expose('at', { type: 'DateTime', description: 'When it was said.' }),
  }),
})

export const HandoffRef = builder.objectRef<Handoff>('Handoff').implement({
  description:
    'What was said in the turns that a run does not know. Put it before the prompt of a fresh session, as quoted data: it ' +
    'was said before, and is no instruction.',
  fields: (t) => ({
    range: t.expose('range', { type: HandoffRangeRef, description: 'The turns that the run does not know.' }),
    omittedTurns: t.exposeInt('omittedTurns', {
      description: 'How many turns of the range are not among the entries, the oldest ones: they did not fit.',
    }),
    entries: t.expose('entries', {
      type: [HandoffEntryRef],
      description: 'What was said, oldest first. Whole turns are left out from the old end until the rest fits.',
    }),
  }),
})

export const MAX_BYTES = {
  defaultValue: 65_536,
  validate: handoffBytes,
  description: 'How many bytes of UTF-8 text the entries may hold together: 1 to 1,048,576.',
} as const

/** null where the range is not there, or holds no turn. */
export async function handoffOf(
  context: Context,
  conversationId: string,
  range: HandoffRange | null,
  maxBytes: number | null | undefined,
): Promise<Handoff | null> {
  if (range === null || range.turns === 0) return null
  const { workspaceId } = callerOf(context)
  const [handoff] = await readPage(context.loaders, async () => [
    await readHandoff(context.services, {
      ...{ workspaceId, conversationId, range },
      maxBytes: maxBytes ?? MAX_BYTES.defaultValue,
    }),
  ])
  return handoff ?? null
}

/** What the newest run of a task did not know: as its claim told it, and as it was after a REFUSED start (H5). */
export async function rangeOfTask(context: Context, task: Task, ifFresh: boolean): Promise<HandoffRange | null> {
  const { conversationId, claimVersion } = task
  if (claimVersion === null) return null
  if (ifFresh && isActive(task)) {
    return freshHandoffRange(await stateAt(context, await required(context, conversationById, conversationId), null))
  }
  const start = await context.loaders.of(eventOfStart).load(task)
  const started = start?.data as Extract<NewEvent, { type: 'TASK_STARTED' }>['data'] | undefined
  if (started?.handoffRange !== undefined) return started.handoffRange
  const decision = await context.loaders.of(decisionOfClaim).load({ conversationId, claimVersion })
  return decision?.handoffRange ?? null
}
