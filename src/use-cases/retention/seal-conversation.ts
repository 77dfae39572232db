import { statement } from '../../database/sql.js'
import type { Sql } from '../../database/sql.js'
import type { ConversationHead } from '../../event-log/conversation-head.js'
import { readHeads } from '../../event-log/conversation-head.js'
import { archiveName } from '../../event-log/sealed/archive-directory.js'
import type { ArchiveDirectory } from '../../event-log/sealed/archive-directory.js'
import { archiveProblem } from '../../event-log/sealed/sealed-events.js'
import { readSealed } from '../../event-log/sealed/sealed-stream.js'
import type { SealedStream } from '../../event-log/sealed/sealed-stream.js'
import { SAME_STATES_SINCE } from '../../session-pointer/session-state.js'
import { taskStateOf } from '../../event-log/task-row.js'
import { isTerminal } from '../../tasks/task-state.js'
import type { Services } from '../services/services.js'
import { theServer } from '../calls/caller.js'
import type { Decision, LoadedConversation } from '../transaction/conversation-work.js'
import { eventLines, textLines } from './archive-lines.js'

/** The file of the earlier sealing is missing or different, so later events cannot be added to it. */
class ArchiveUnfit extends Error {
  constructor(conversationId: string, { expected, found }: { expected: string; found: string }) {
    super(
      `${conversationId} cannot be sealed again. Expected: ${expected}. Found: ${found}. Put the sealed file back in its place.`,
    )
    this.name = 'ArchiveUnfit'
  }
}

export interface Closed {
  workspaceId: string
  conversationId: string
}

/**
 * Writes a conversation's files, and seals it with an event if it has not changed in the meantime. Its rows are deleted
 * later. Several servers may write the same files at once: the files are identical, and one server seals. Returns whether
 * this server did.
 *
 * @throws ArchiveUnfit
 */
export async function sealConversation(
  services: Services,
  archive: ArchiveDirectory,
  { workspaceId, conversationId }: Closed,
  closedBefore: Date,
): Promise<boolean> {
  const { reads } = services.database
  const head = (await readHeads(reads, workspaceId, [conversationId])).get(conversationId)
  const sealed = (await readSealed(reads, workspaceId, [conversationId])).get(conversationId) ?? null
  // Another server is working on it, or a later round will.
  if (head === undefined || (sealed !== null && sealed.clearedAt === null)) return false
  if (sealed !== null) {
    const problem = await archiveProblem(archive, sealed)
    if (problem !== null) throw new ArchiveUnfit(conversationId, problem)
  }
  const file = archiveName(workspaceId, conversationId, head.version)
  const archived = { sql: reads, workspaceId, head, archive, sealed }
  const write = async () => {
    const exportDigest = await archive.write(file, 'events', eventLines(archived))
    const hasTexts = await hasTextsLeft(reads, workspaceId, conversationId, sealed)
    const textsDigest = hasTexts ? await archive.write(file, 'texts', textLines(archived)) : null
    return { exportDigest, textsDigest }
  }
  const digests = await write().catch(async (error: unknown) => {
    // Another server that seals it first then removes the files that others have begun to write.
    const now = (await readSealed(reads, workspaceId, [conversationId])).get(conversationId)
    if (now !== undefined && now.throughVersion !== sealed?.throughVersion) return null
    throw error
  })
  if (digests === null) return false
  const seals = await submitSeal(services, { workspaceId, head, sealed, closedBefore, file, ...digests })
  if (!seals) await removeUnused(services, archive, { workspaceId, conversationId, file })
  return seals
}

const TEXTS_LEFT = statement(
  'texts_left',
  `SELECT EXISTS (SELECT 1 FROM task_row t WHERE t."workspaceId" = $1 AND t."conversationId" = $2 AND t."erasedAt" IS NULL)
     OR EXISTS (SELECT 1 FROM chat_message m WHERE m."workspaceId" = $1 AND m."conversationId" = $2 AND m.content <> '') AS found`,
)

/** If all texts are erased, the rows follow from the events alone. */
async function hasTextsLeft(
  sql: Sql,
  workspaceId: string,
  conversationId: string,
  sealed: SealedStream | null,
): Promise<boolean> {
  if (sealed !== null && sealed.textsDigest !== null) return true
  const [row] = await sql.rows<{ found: boolean }>(TEXTS_LEFT, [workspaceId, conversationId])
  return row?.found === true
}

interface WrittenFiles {
  workspaceId: string
  /** The head that the files contain. */
  head: ConversationHead
  sealed: SealedStream | null
  closedBefore: Date
  file: string
  exportDigest: string
  /** null: all texts are erased. */
  textsDigest: string | null
}

async function submitSeal(services: Services, written: WrittenFiles): Promise<boolean> {
  const { workspaceId, head } = written
  let seals = false
  await services.conversations.submit({
    workspaceId,
    actor: theServer(workspaceId).tokenId,
    target: { conversationId: head.id },
    looksForWaiting: true,
    decide(loaded) {
      const decision = decideSeal(loaded, written)
      seals = 'events' in decision
      return decision
    },
  })
  return seals
}

/** The conversation must have no event since the files were written, and no open task. */
function decideSeal(loaded: LoadedConversation, written: WrittenFiles): Decision {
  const { conversation, tasks, state } = loaded
  const { head, sealed, file, exportDigest, textsDigest } = written
  const isAsWritten =
    conversation !== null &&
    conversation.version === head.version &&
    conversation.digest === head.digest &&
    conversation.sealedVersion === (sealed?.throughVersion ?? null)
  const isOpen = [...tasks.values()].some((task) => !isTerminal(taskStateOf(task)))
  if (!isAsWritten || isOpen || conversation.lastActivityAt >= written.closedBefore) {
    return { unchanged: { conversationId: head.id } }
  }
  const throughVersion = conversation.version
  const data = { throughVersion, digest: conversation.digest, exportDigest }
  return {
    events: [{ type: 'CONVERSATION_SEALED', taskId: null, runtimeId: null, data }],
    extras: {
      // The oldest fold that makes this state, so that servers of earlier builds can go on from it.
      seals: {
        ...data,
        textsDigest,
        file,
        state,
        foldVersion: SAME_STATES_SINCE,
        closedAt: conversation.lastActivityAt,
      },
    },
    answer: { conversationId: head.id },
  }
}

/** Removes the files, unless another server sealed with the same ones. */
async function removeUnused(
  { database }: Services,
  archive: ArchiveDirectory,
  { workspaceId, conversationId, file }: Closed & { file: string },
): Promise<void> {
  const now = (await readSealed(database.sql, workspaceId, [conversationId])).get(conversationId)
  if (now?.file === file) return
  await archive.remove(file, 'events')
  await archive.remove(file, 'texts')
}
