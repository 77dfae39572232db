import { statement } from '../../database/sql.js'
import type { ArchiveDirectory } from '../../event-log/sealed/archive-directory.js'
import type { Services } from '../services/services.js'
import { eraseThrough } from './expire-texts.js'
import { inBatches } from './in-batches.js'

/** Sealed conversations with archived texts that were erased since, or that are all older than a time. */
const NEXT = statement(
  'sealed_texts_to_erase',
  `SELECT s."workspaceId", s."conversationId", s."throughVersion", s.file,
     coalesce(c."erasedVersion" >= s."throughVersion", false) AS erased
   FROM sealed_stream s JOIN conversation c ON c."workspaceId" = s."workspaceId" AND c.id = s."conversationId"
   WHERE s."textsDigest" IS NOT NULL AND (c."erasedVersion" >= s."throughVersion" OR s."closedAt" < $1)
     AND (s."workspaceId", s."conversationId") > ($2, $3)
   ORDER BY s."workspaceId", s."conversationId" LIMIT 1`,
)

const FORGET = statement(
  'forget_sealed_texts',
  `UPDATE sealed_stream SET "textsDigest" = NULL
   WHERE "workspaceId" = $1 AND "conversationId" = $2 AND "throughVersion" = $3`,
)

interface Next {
  workspaceId: string
  conversationId: string
  throughVersion: number
  file: string
  erased: boolean
}

/**
 * Deletes the text files of conversations that an admin erased, and erases texts older than a time (null: none). Returns
 * the number of conversations whose texts were erased by age.
 */
export async function expireSealedTexts(
  services: Services,
  archive: ArchiveDirectory,
  cutoff: Date | null,
  signal: AbortSignal,
): Promise<number> {
  const { sql } = services.database
  let at = ['', '']
  return inBatches(signal, async () => {
    const [next] = await sql.rows<Next>(NEXT, [cutoff, ...at])
    if (next === undefined) return null
    const { workspaceId, conversationId, throughVersion, file, erased } = next
    at = [workspaceId, conversationId]
    if (!erased && !(await eraseThrough(services, workspaceId, conversationId, throughVersion))) return 0
    await archive.remove(file, 'texts')
    await sql.rows(FORGET, [workspaceId, conversationId, throughVersion])
    return erased ? 0 : 1
  })
}
