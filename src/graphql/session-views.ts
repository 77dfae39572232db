import type { SessionState } from '../session-pointer/session-state.js'
import type { ConversationRow } from '../use-cases/transaction/conversation-work.js'
import type { Context } from './context.js'
import { eventByVersion } from './loaders/events.js'
import { placeAt, stateNow } from './loaders/histories.js'

/** The conversation's session state at a position of the log; null: now. */
export async function stateAt(
  context: Context,
  conversation: ConversationRow,
  at: string | null,
): Promise<SessionState> {
  if (at === null) return context.loaders.of(stateNow).load(conversation)
  return (await context.loaders.of(placeAt).load({ conversation, at })).state
}

/** The log position of the conversation's event with this version; "0" before its first event. */
export async function positionOf(context: Context, conversationId: string, version: number): Promise<string> {
  if (version === 0) return '0'
  const event = await context.loaders.of(eventByVersion).load({ conversationId, version })
  return event?.position.toString() ?? '0'
}
