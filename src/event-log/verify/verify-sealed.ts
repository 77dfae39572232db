import { isDeepStrictEqual } from 'node:util'
import type { Sql } from '../../database/sql.js'
import { statement } from '../../database/sql.js'
import { isCurrentFold } from '../../session-pointer/when-stored.js'
import { canonicalJson } from '../canonical-json.js'
import type { ArchiveDirectory } from '../sealed/archive-directory.js'
import { baseOf } from '../sealed/sealed-base.js'
import { archiveProblem, sealedEvents } from '../sealed/sealed-events.js'
import { PositionRanges } from '../sealed/sealed-stream.js'
import type { SealedStream } from '../sealed/sealed-stream.js'
import type { Finding } from './finding.js'
import type { StreamProof } from './verify-stream.js'

/** Events proven between two pauses. */
const STEP = 200

type Find = (kind: 'ARCHIVE_FILE' | 'SEALED_ROW', expected: string, found: string) => void

/**
 * Proves the sealed part of a stream event by event from its file, and proves that the tombstone agrees with it. A missing
 * or different file is a finding; the proof then continues from the tombstone.
 */
export async function verifySealed(
  sealed: SealedStream,
  archive: ArchiveDirectory | null,
  proof: StreamProof,
  find: Find,
  pause: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const problem = await archiveProblem(archive, sealed)
  if (archive === null || problem !== null) {
    if (problem !== null) find('ARCHIVE_FILE', problem.expected, problem.found)
    proof.beginAt(baseOf(sealed), sealed.digest)
    return
  }
  const positions = new PositionRanges()
  let count = 0
  for await (const event of sealedEvents(archive, sealed)) {
    if (count++ % STEP === 0) await pause()
    positions.add(event.position)
    proof.take(event)
  }
  const kept = { throughVersion: sealed.throughVersion, digest: sealed.digest, positions: sealed.positions }
  const proven = { throughVersion: proof.version, digest: proof.digest, positions: positions.toString() }
  if (!isDeepStrictEqual(kept, proven)) find('SEALED_ROW', canonicalJson(proven), canonicalJson(kept))
  if (isCurrentFold(sealed.foldVersion) && !isDeepStrictEqual(sealed.state, proof.state)) {
    find('SEALED_ROW', canonicalJson(proof.state), canonicalJson(sealed.state))
  }
  proof.seal()
}

/** Proves that the tombstone agrees with the stream's event CONVERSATION_SEALED, which the digest chain protects. */
export function verifyTombstone(sealed: SealedStream, { lastSeal }: StreamProof, find: Find): void {
  const { throughVersion, digest, exportDigest } = sealed
  const said = lastSeal === null ? 'no event CONVERSATION_SEALED' : canonicalJson(lastSeal)
  const kept = canonicalJson({ throughVersion, digest, exportDigest })
  if (said !== kept) find('SEALED_ROW', said, kept)
}

/** The most findings reported one by one. */
const MOST = 100

const UNMATCHED = statement(
  'verify_sealed_versions',
  `SELECT coalesce(c.id, s."conversationId") AS id, c."sealedVersion" AS conversation, s."throughVersion" AS tombstone
   FROM (SELECT * FROM conversation WHERE "workspaceId" = $1 AND "sealedVersion" IS NOT NULL) c
     FULL JOIN (SELECT * FROM sealed_stream WHERE "workspaceId" = $1) s ON s."conversationId" = c.id
   WHERE ($2::text IS NULL OR coalesce(c.id, s."conversationId") = $2) AND c."sealedVersion" IS DISTINCT FROM s."throughVersion"
   ORDER BY 1 LIMIT ${MOST}`,
)

/** Reports conversations that are marked as sealed without a tombstone, and the reverse; of one conversation, or of all. */
export async function verifySealedVersions(
  sql: Sql,
  workspaceId: string,
  only: string | null,
  report: (finding: Finding) => void,
): Promise<void> {
  const rows = await sql.rows<{ id: string; conversation: number | null; tombstone: number | null }>(UNMATCHED, [
    workspaceId,
    only,
  ])
  for (const { id, conversation, tombstone } of rows) {
    report({
      kind: 'SEALED_ROW',
      workspaceId,
      conversationId: id,
      position: null,
      version: tombstone,
      taskId: null,
      expected: `a conversation sealed through version ${tombstone ?? '(none)'}`,
      found: `one that says ${conversation ?? '(none)'}`,
    })
  }
}
