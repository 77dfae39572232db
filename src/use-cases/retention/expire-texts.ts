import { statement } from '../../database/sql.js'
import { decideErasure } from '../erase-conversation-content.js'
import type { Services } from '../services/services.js'
import { theServer } from '../calls/caller.js'
import { inBatches } from './in-batches.js'

/** Conversations per step. */
const STEP = 200

/**
 * The next old conversations, each with the version at which its last turn before the time ended; null if no text of such a
 * turn is left. Sealed conversations that have not continued are excluded, because lists have no row for them, and so are
 * those whose last event is an erasure: each would cost a look at all its tasks, in every round.
 */
const NEXT = statement(
  'conversations_with_old_texts',
  `SELECT l."workspaceId", l."conversationId" AS id, (
     SELECT max(e.version) FROM task_row t JOIN session_event e ON e."workspaceId" = t."workspaceId" AND e."taskId" = t.id
     WHERE t."workspaceId" = l."workspaceId" AND t."conversationId" = l."conversationId" AND t."erasedAt" IS NULL AND t."finishedAt" < $3
       AND e.type IN ('TASK_COMPLETED', 'TASK_FAILED', 'TASK_CANCELLED')) AS through
   FROM conversation_listing l WHERE (l."workspaceId", l."conversationId") > ($1, $2) AND l."createdAt" < $3
     AND NOT EXISTS (SELECT FROM conversation c
       WHERE c."workspaceId" = l."workspaceId" AND c.id = l."conversationId" AND c."erasedVersion" >= c.version - 1)
   ORDER BY l."workspaceId", l."conversationId" LIMIT ${STEP}`,
)

interface ConversationWithTexts {
  workspaceId: string
  id: string
  through: number | null
}

/**
 * Erases the texts of turns that ended before a time, as an admin's erasure does. A conversation with an open task is
 * erased once that task has ended. Returns the number of conversations with erased texts.
 */
export async function expireTexts(services: Services, cutoff: Date, signal: AbortSignal): Promise<number> {
  let at: Pick<ConversationWithTexts, 'workspaceId' | 'id'> | undefined = { workspaceId: '', id: '' }
  return inBatches(signal, async () => {
    if (at === undefined) return null
    const walked: ConversationWithTexts[] = await services.database.sql.rows<ConversationWithTexts>(NEXT, [
      at.workspaceId,
      at.id,
      cutoff,
    ])
    at = walked.length < STEP ? undefined : walked.at(-1)
    let erased = 0
    for (const { workspaceId, id, through } of walked) {
      if (signal.aborted) break
      if (through !== null && (await eraseThrough(services, workspaceId, id, through))) erased += 1
    }
    return erased
  })
}

/** Returns false if there was nothing to erase, or if a task waits or runs. */
export async function eraseThrough(
  { conversations }: Services,
  workspaceId: string,
  conversationId: string,
  throughVersion: number,
): Promise<boolean> {
  let erases = false
  await conversations.submit({
    workspaceId,
    actor: theServer(workspaceId).tokenId,
    target: { conversationId },
    looksForWaiting: true,
    decide(loaded) {
      const decision = decideErasure(loaded, conversationId, throughVersion)
      erases = 'events' in decision
      return decision
    },
  })
  return erases
}
