import type { Sql } from '../../database/sql.js'
import { statement } from '../../database/sql.js'
import type { SessionState } from '../../session-pointer/session-state.js'

/** What stays in the database of a stream's sealed part: its tombstone. */
export interface SealedStream {
  workspaceId: string
  conversationId: string
  /** Versions 1 to this one are in the file. */
  throughVersion: number
  /** Of the event of that version. */
  digest: string
  /** Of the lines of the file with the events. */
  exportDigest: string
  /** Of the lines of the file with the texts; null: there is none any more. */
  textsDigest: string | null
  /** As archiveName makes it. */
  file: string
  /** The session state that the events up to `throughVersion` fold to. */
  state: SessionState
  foldVersion: number
  /** Where the events stood in the workspace's log, as PostgreSQL writes a multirange: `{[1,5),[7,8)}`. */
  positions: string
  /** The last of them. Decimal text. */
  lastPosition: string
  /** When something had last happened in it. */
  closedAt: Date
  sealedAt: Date
  /** null: some of the rows are still there. */
  clearedAt: Date | null
}

/** The columns, for the select list of alias `s`. */
export const SEALED_COLUMNS = `s."workspaceId", s."conversationId", s."throughVersion", s.digest, s."exportDigest", s."textsDigest",
  s.file, s.state, s."foldVersion", s.positions::text AS positions, (upper(s.positions) - 1)::text AS "lastPosition",
  s."closedAt", s."sealedAt", s."clearedAt"`

const SEALED = statement(
  'read_sealed_streams',
  `SELECT ${SEALED_COLUMNS} FROM sealed_stream s WHERE s."workspaceId" = $1 AND s."conversationId" = ANY($2::text[])`,
)

/** By the ids of their conversations; without those that are not sealed. */
export async function readSealed(
  sql: Sql,
  workspaceId: string,
  conversationIds: readonly string[],
): Promise<Map<string, SealedStream>> {
  if (conversationIds.length === 0) return new Map()
  const rows = await sql.rows<SealedStream>(SEALED, [workspaceId, conversationIds])
  return new Map(rows.map((row) => [row.conversationId, row]))
}

const FIND = statement(
  'find_sealed_stream',
  `SELECT ${SEALED_COLUMNS} FROM sealed_stream s WHERE s."conversationId" = $1`,
)

/** Of whichever workspace: ids are unique over all of them. null: it is not sealed. */
export async function findSealed(sql: Sql, conversationId: string): Promise<SealedStream | null> {
  const [row] = await sql.rows<SealedStream>(FIND, [conversationId])
  return row ?? null
}

/** Positions in the order in which they come, as PostgreSQL writes them as a multirange. */
export class PositionRanges {
  private readonly ranges: { from: bigint; to: bigint }[] = []

  add(position: string): void {
    const at = BigInt(position)
    const last = this.ranges.at(-1)
    if (last !== undefined && last.to === at) last.to += 1n
    else this.ranges.push({ from: at, to: at + 1n })
  }

  toString(): string {
    return `{${this.ranges.map(({ from, to }) => `[${from},${to})`).join(',')}}`
  }
}
