import { statement } from '../../database/sql.js'
import type { ArchiveDirectory } from '../../event-log/sealed/archive-directory.js'
import type { Services } from '../services/services.js'
import { clearSealed } from './clear-sealed.js'
import { inBatches } from './in-batches.js'
import { sealConversation } from './seal-conversation.js'
import type { Closed } from './seal-conversation.js'

/** Conversations per step; each is sealed by itself. */
const STEP = 20
/** Conversations of a step whose files are written concurrently, because a disk can combine syncs. */
const AT_ONCE = 4

/** Conversations without activity since a time and without open tasks. Sealed ones have no row in lists. */
const CLOSED = statement(
  'closed_conversations',
  `SELECT l.* FROM workspace w CROSS JOIN (VALUES (true), (false)) AS a(archived) CROSS JOIN LATERAL (
     SELECT l."workspaceId", l."conversationId" FROM conversation_listing l
     WHERE l."workspaceId" = w.id AND l.archived = a.archived AND l."lastActivityAt" < $1
       AND l."newestTaskStatus" IS DISTINCT FROM 'OPEN' AND l."conversationId" <> ALL ($2::text[])
     ORDER BY l."lastActivityAt" LIMIT ${STEP}) l
   LIMIT ${STEP}`,
)

export interface ConversationsExpired {
  sealed: number
  eventsCleared: number
  /** The errors of conversations that could not be sealed; the next round tries again. */
  failures: Error[]
}

/** Seals the conversations that were closed before a time, and deletes their rows. */
export async function expireConversations(
  services: Services,
  archive: ArchiveDirectory,
  closedBefore: Date,
  signal: AbortSignal,
): Promise<ConversationsExpired> {
  const { database, clock } = services
  const failures: Error[] = []
  let eventsCleared = 0
  const passedOver: string[] = []
  const sealed = await inBatches(signal, async () => {
    const closed = await database.sql.rows<Closed>(CLOSED, [closedBefore, passedOver])
    if (closed.length === 0) return null
    let count = 0
    const left = closed.values()
    const sealSome = async (): Promise<void> => {
      for (const one of left) {
        if (signal.aborted) break
        passedOver.push(one.conversationId)
        try {
          if (await sealConversation(services, archive, one, closedBefore)) count += 1
        } catch (error) {
          failures.push(error as Error)
        }
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, sealSome))
    eventsCleared += await clearSealed(database.sql, archive, clock.now(), signal)
    return count
  })
  return { sealed, eventsCleared, failures }
}
