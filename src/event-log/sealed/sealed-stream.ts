import type { Sql } from '../../database/sql.js'
import { statement } from '../../database/sql.js'
import type { SessionState } from '../../session-pointer/session-state.js'

/** The tombstone of a stream's sealed part: what stays in the database. */
export interface SealedStream {
  workspaceId: string
  conversationId: string
  /** The file holds versions 1 to this one. */
  throughVersion: number
  /** The digest of the last sealed event. */
  digest: string
  /** The digest of the events file's lines. */
  exportDigest: string
  /** The digest of the texts file's lines; null if that file no longer exists. */
  textsDigest: string | null
  /** A name from archiveName. */
  file: string
  /** The session state after the event `throughVersion`. */
  state: SessionState
  foldVersion: number
  /** The events' positions in the workspace's log, as a PostgreSQL multirange: `{[1,5),[7,8)}`. */
  positions: string
  /** The highest of the positions, as decimal text. */
  lastPosition: string
  /** The time of the last activity in the conversation. */
  closedAt: Date
  sealedAt: Date
  /** When the last sealed row left the database; null while some remain. */
  clearedAt: Date | null
}

/** The select list of a {@link SealedStream}, for table alias `s`. */
export const SEALED_COLUMNS = `s."workspaceId", s."conversationId", s."throughVersion", s.digest, s."exportDigest", s."textsDigest",
  s.file, s.state, s."foldVersion", s.positions::text AS positions, (upper(s.positions) - 1)::text AS "lastPosition",
  s."closedAt", s."sealedAt", s."clearedAt"`

const SEALED = statement(
  'read_sealed_streams',
  `SELECT ${SEALED_COLUMNS} FROM sealed_stream s WHERE s."workspaceId" = $1 AND s."conversationId" = ANY($2::text[])`,
)

/** The sealed streams among these conversations, keyed by conversation id. */
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

/** The sealed stream of a conversation in any workspace (ids are globally unique); null if it is not sealed. */
export async function findSealed(sql: Sql, conversationId: string): Promise<SealedStream | null> {
  const [row] = await sql.rows<SealedStream>(FIND, [conversationId])
  return row ?? null
}

/** Collects ascending positions into a PostgreSQL multirange. */
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
