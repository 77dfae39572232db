import { statement } from '../database/sql.js'
import { requestKey } from '../event-log/request-records.js'
import { KNOWN_REASONS } from '../session-pointer/failure-class.js'
import { isTerminal } from '../tasks/task-state.js'
import { taskStateOf } from '../event-log/task-row.js'
import type { Caller } from './calls/caller.js'
import { conversationById } from './reads/rows-by-id.js'
import type { Outcome } from './calls/outcome.js'
import { accepted, notFound, refused } from './calls/outcome.js'
import type { Services } from './services/services.js'
import type { ConversationRow, Decision, LoadedConversation } from './transaction/conversation-work.js'

export interface EraseConversationContentInput {
  conversationId: string
  requestId?: string | null
}

/** Texts that stay in the append-only log: reasons that people gave, and error texts in events of older builds. */
const STILL_HOLDING_TEXT = statement(
  'events_still_holding_text',
  `SELECT count(*)::int AS count FROM session_event e
   WHERE e."workspaceId" = $1 AND e."conversationId" = $2 AND (
     (e.type = 'TASK_FAILED' AND (e."schemaVersion" = 1 AND e.data ->> 'error' <> '' OR e.data ->> 'failureReason' <> ALL ($3)))
     OR (e.type IN ('TASK_CANCELLED', 'TASK_RELEASED', 'SESSION_RESET') AND e.data ->> 'reason' <> ''))`,
)

/**
 * Erases every text of a conversation outside the log: messages, prompts, outputs, results, metadata, progress, error
 * texts, a daemon's own reasons, titles. Refused while a task of the conversation waits or runs, because its daemon would
 * lose the prompt. A repeat with nothing new to erase changes nothing.
 */
export async function eraseConversationContent(
  services: Services,
  caller: Caller,
  input: EraseConversationContentInput,
): Promise<Outcome<{ conversation: ConversationRow; eventsStillHoldingText: number }>> {
  const { workspaceId, tokenId } = caller
  const { conversationId } = input
  const outcome = await services.conversations.submit({
    workspaceId,
    actor: tokenId,
    target: { conversationId },
    looksForWaiting: true,
    request: requestKey(workspaceId, tokenId, 'eraseConversationContent', input),
    decide: (loaded) => decideErasure(loaded, conversationId),
  })
  if (!outcome.ok) return outcome
  const conversation = outcome.value.conversation ?? (await conversationById(services, workspaceId, conversationId))
  if (conversation === null) return notFound('chat', conversationId)
  const values = [workspaceId, conversationId, [...KNOWN_REASONS]]
  const [held] = await services.database.sql.rows<{ count: number }>(STILL_HOLDING_TEXT, values)
  return accepted({ conversation, eventsStillHoldingText: held?.count ?? 0 })
}

/** `throughVersion` erases only the texts of turns that ended at or before this version; null erases all. */
export function decideErasure(
  loaded: LoadedConversation,
  conversationId: string,
  throughVersion: number | null = null,
): Decision {
  const decision = refusedErasure(loaded, conversationId)
  if (decision !== null) return decision
  const { version, title, erasedVersion } = loaded.conversation ?? {}
  // Every text comes with an event, except a new title.
  const isDone =
    throughVersion === null ? erasedVersion === version && title === null : (erasedVersion ?? 0) >= throughVersion
  if (isDone) return { unchanged: { conversationId } }
  const erases = throughVersion === null ? {} : { throughVersion }
  return {
    events: [{ type: 'CONVERSATION_ERASED', taskId: null, runtimeId: null, data: erases }],
    extras: { erases },
    answer: { conversationId },
  }
}

function refusedErasure({ conversation, tasks }: LoadedConversation, conversationId: string): Decision | null {
  if (conversation === null) return { refused: notFound('chat', conversationId).refusal }
  const open = [...tasks.values()].map(taskStateOf).find((task) => !isTerminal(task))
  if (open !== undefined) {
    const { id, status } = open
    const message = `Task ${id} of the conversation is ${status} and needs its texts. Cancel it or let it end, then erase.`
    return { refused: refused({ code: 'ILLEGAL_TRANSITION', message, status }).refusal }
  }
  return null
}
