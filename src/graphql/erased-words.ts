import { nameableReason } from '../session-pointer/failure-class.js'
import type { SessionEventType } from '../session-pointer/events.js'
import type { Binding } from '../session-pointer/session-state.js'
import type { Context } from './context.js'
import { conversationById } from './loaders/rows.js'

type Words = Readonly<Record<string, (word: unknown) => unknown>>

/**
 * The event fields that may hold texts of users or daemons, each with its replacement after an erasure; null: none. Every
 * type is listed, so that the compiler asks of a new one.
 */
const WORDS: Readonly<Record<SessionEventType, Words | null>> = {
  CONVERSATION_OPENED: null,
  MESSAGE_POSTED: null,
  TASK_ENQUEUED: null,
  TASK_RETARGETED: null,
  TASK_CLAIMED: null,
  TASK_STARTED: null,
  SESSION_PINNED: null,
  TASK_COMPLETED: null,
  TASK_FAILED: {
    error: () => '',
    failureReason: (reason) => (typeof reason === 'string' ? nameableReason(reason) : reason),
  },
  TASK_CANCELLED: { reason: () => null },
  TASK_RELEASED: { reason: () => null },
  SESSION_RESET: { reason: () => null },
  POINTER_IMPORTED: null,
  CONVERSATION_ERASED: null,
  CONVERSATION_RESTORED: null,
  CONVERSATION_SEALED: null,
}

interface EventWithWords {
  type: string
  conversationId: string
  version: number
  data: unknown
}

/** An event's data without erased texts. The log itself keeps them, because it never changes. */
export async function toldData(
  context: Context,
  { type, conversationId, version, data }: EventWithWords,
): Promise<unknown> {
  const words = (WORDS as Readonly<Record<string, Words | null>>)[type] ?? null
  if (words === null || !(await isErased(context, conversationId, version))) return data
  return Object.fromEntries(
    Object.entries(data as Record<string, unknown>).map(([field, value]) => [
      field,
      field in words ? words[field]?.(value) : value,
    ]),
  )
}

/** Why a session is in its state; null if a user or daemon wrote the reason and it was erased. */
export async function toldStateReason(
  context: Context,
  conversationId: string,
  { state, stateReason, evidenceVersion }: Pick<Binding, 'state' | 'stateReason' | 'evidenceVersion'>,
): Promise<string | null> {
  const mayHoldWords = state === 'RESET' || state === 'POISONED'
  if (stateReason === null || !mayHoldWords || nameableReason(stateReason) === stateReason) return stateReason
  return (await isErased(context, conversationId, evidenceVersion)) ? null : stateReason
}

async function isErased(context: Context, conversationId: string, version: number): Promise<boolean> {
  const conversation = await context.loaders.of(conversationById).load(conversationId)
  return version <= (conversation?.erasedVersion ?? 0)
}
