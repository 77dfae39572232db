import { step } from '../../database/step.js'
import type { StepCall } from '../../database/step.js'
import type { SealedStream } from '../../event-log/sealed/sealed-stream.js'
import type { Change } from './write-changes.js'

/** What a sealing says of its stream; where its events stand in the log, the database knows. */
export type Sealing = Pick<
  SealedStream,
  'throughVersion' | 'digest' | 'exportDigest' | 'textsDigest' | 'file' | 'state' | 'foldVersion' | 'closedAt'
>

const SEAL = step(
  'seal_streams',
  ['json', 'timestamptz'],
  `INSERT INTO sealed_stream AS s ("workspaceId", "conversationId", "throughVersion", digest, "exportDigest", "textsDigest", file,
     state, "foldVersion", positions, "closedAt", "sealedAt")
   SELECT x."workspaceId", x."conversationId", x."throughVersion", x.digest, x."exportDigest", x."textsDigest", x.file, x.state,
     x."foldVersion", (SELECT range_agg(int8range(e.position, e.position, '[]')) FROM session_event e
       WHERE e."workspaceId" = x."workspaceId" AND e."conversationId" = x."conversationId" AND e.version <= x."throughVersion"), x."closedAt",
     $2
   FROM json_to_recordset($1::json) AS x("workspaceId" text, "conversationId" text, "throughVersion" int, digest text,
     "exportDigest" text, "textsDigest" text, file text, state jsonb, "foldVersion" int, "closedAt" timestamptz)
   ON CONFLICT ("workspaceId", "conversationId") DO UPDATE SET "throughVersion" = excluded."throughVersion",
     digest = excluded.digest, "exportDigest" = excluded."exportDigest", "textsDigest" = excluded."textsDigest",
     file = excluded.file, state = excluded.state, "foldVersion" = excluded."foldVersion",
     positions = s.positions + excluded.positions, "closedAt" = excluded."closedAt", "sealedAt" = excluded."sealedAt", "clearedAt" = NULL`,
)

const UNSEAL = step(
  'unseal_streams',
  ['text[]', 'text[]'],
  `DELETE FROM sealed_stream s USING unnest($1::text[], $2::text[]) AS x(w, id)
   WHERE s."workspaceId" = x.w AND s."conversationId" = x.id`,
)

const MARK = step(
  'mark_sealed',
  ['text[]', 'text[]', 'int[]'],
  `UPDATE conversation c SET "sealedVersion" = x.version FROM unnest($1::text[], $2::text[], $3::int[]) AS x(w, id, version)
   WHERE c."workspaceId" = x.w AND c.id = x.id`,
)

/** Lists show what goes on. */
const UNLIST = step(
  'unlist_sealed',
  ['text[]', 'text[]'],
  `DELETE FROM conversation_listing l USING unnest($1::text[], $2::text[]) AS x(w, id)
   WHERE l."workspaceId" = x.w AND l."conversationId" = x.id`,
)

export const SEAL_STEPS = [SEAL, UNSEAL, MARK, UNLIST]

/** Writes down what stays of sealed streams, and forgets it of those whose rows are back. The rows themselves leave later. */
export function sealWrites(changes: readonly Change[], now: Date): StepCall[] {
  const sealed = changes.flatMap(({ workspaceId, conversationId, extras }) =>
    extras.seals === undefined ? [] : [{ workspaceId, conversationId, ...extras.seals }],
  )
  const unsealed = changes.filter(({ extras }) => extras.unseals === true)
  const marked = [...sealed, ...unsealed.map((change) => ({ ...change, throughVersion: null }))]
  if (marked.length === 0) return []
  const calls: StepCall[] = [
    { step: MARK, values: [...keysOf(marked), marked.map(({ throughVersion }) => throughVersion)] },
  ]
  if (sealed.length > 0) {
    calls.push({ step: SEAL, values: [JSON.stringify(sealed), now] }, { step: UNLIST, values: keysOf(sealed) })
  }
  if (unsealed.length > 0) calls.push({ step: UNSEAL, values: keysOf(unsealed) })
  return calls
}

function keysOf(rows: readonly { workspaceId: string; conversationId: string }[]): [string[], string[]] {
  return [rows.map(({ workspaceId }) => workspaceId), rows.map(({ conversationId }) => conversationId)]
}
