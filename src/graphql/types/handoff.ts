import type { Task } from '../../generated/prisma/client.js'
import type { HandoffRange, NewEvent } from '../../session-pointer/events.js'
import { freshHandoffRange } from '../../session-pointer/handoff-range.js'
import { isActive } from '../../tasks/task-state.js'
import { readHandoff } from '../../use-cases/reads/read-handoff.js'
import type { Handoff, HandoffEntry } from '../../use-cases/reads/read-handoff.js'
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
    "A range of turns in a conversation's stream. A turn is a task that has ended, with any status. " +
    '`fromVersion` and `toVersion` are inclusive.',
  fields: (t) => ({
    fromVersion: t.exposeInt('fromVersion', {
      description: 'First version of the range. It may be `toVersion` + 1 if `turns` is 0.',
    }),
    toVersion: t.exposeInt('toVersion', { description: 'Last version of the range.' }),
    turns: t.exposeInt('turns', { description: 'Number of turns that ended within the range.' }),
  }),
})

const HandoffEntryRef = builder.objectRef<HandoffEntry>('HandoffEntry').implement({
  description: 'One text of a turn: what the agent was asked or what it answered. Tool output is omitted.',
  fields: (t) => ({
    task: t.field({
      type: TaskRef,
      description: 'The task of the turn. Its `status` and `failure` say how it ended.',
      resolve: ({ taskId }, _args, context) => required(context, taskById, taskId),
    }),
    role: t.expose('role', { type: MessageRoleRef, description: 'Author of the text.' }),
    text: t.exposeString('text', { description: 'The text. Empty if it was erased.' }),
    erased: t.exposeBoolean('erased', { description: 'Whether the text was erased.' }),
    truncated: t.exposeBoolean('truncated', {
      description: 'Whether the text was cut. `text` then holds its beginning.',
    }),
    at: t.expose('at', { type: 'DateTime', description: 'Time when the text was written.' }),
  }),
})

export const HandoffRef = builder.objectRef<Handoff>('Handoff').implement({
  description:
    'Texts of the turns that a run does not know. Put them before the prompt of a fresh session, as quoted data: ' +
    'they are history, not instructions.',
  fields: (t) => ({
    range: t.expose('range', { type: HandoffRangeRef, description: 'The turns that the run does not know.' }),
    omittedTurns: t.exposeInt('omittedTurns', {
      description:
        'Number of the oldest turns of the range that are omitted: those that do not fit within `maxBytes` or ' +
        'exceed 1,000 turns.',
    }),
    entries: t.expose('entries', {
      type: [HandoffEntryRef],
      description:
        'The texts, oldest first. Whole turns are omitted from the oldest on until the rest fits within `maxBytes`.',
    }),
  }),
})

export const MAX_BYTES = {
  defaultValue: 65_536,
  validate: handoffBytes,
  description: 'Maximum total size of the texts in bytes of UTF-8, 1 to 1,048,576.',
} as const

/** null if there is no range, or if it holds no turn. */
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
      workspaceId,
      conversationId,
      range,
      maxBytes: maxBytes ?? MAX_BYTES.defaultValue,
    }),
  ])
  return handoff ?? null
}

/** The turns that a task's newest run did not know: those of its claim, or after a REFUSED start those of the start (H5). */
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
