import { Prisma } from '../../generated/prisma/client.js'
import type { Task } from '../../generated/prisma/client.js'
import type { HandoffRange, MessageRole } from '../../session-pointer/events.js'
import { cutAtBytes } from '../../tasks/recorded-failure.js'
import type { Services } from '../services/services.js'

/** One text of a turn: its input or its output. */
export interface HandoffEntry {
  taskId: string
  role: MessageRole
  /** Empty if it was erased. */
  text: string
  erased: boolean
  /** true if `text` is only the beginning. */
  truncated: boolean
  at: Date
}

export interface Handoff {
  range: HandoffRange
  /** The number of older turns in the range that did not fit. */
  omittedTurns: number
  /** Oldest first. */
  entries: HandoffEntry[]
}

export interface HandoffAsk {
  workspaceId: string
  conversationId: string
  range: HandoffRange
  /** UTF-8 bytes of text, over all entries. */
  maxBytes: number
}

/** More turns are of no use to a reader, and each costs a look-up. */
const MOST_TURNS = 1_000

type EntryRow = Omit<HandoffEntry, 'truncated'>

/**
 * The texts of the turns in a range (rules H3 and H4), read now, because the log holds only the range. The oldest turns are
 * left out until the rest fits. If the newest turn alone does not fit, its texts are cut.
 */
export async function readHandoff({ database }: Services, ask: HandoffAsk): Promise<Handoff> {
  const turns = await database.prisma.$queryRaw<Pick<Task, 'id'>[]>(turnsThatFit(ask))
  const rows = turns.length === 0 ? [] : await database.prisma.$queryRaw<EntryRow[]>(entriesOf(ask, turns))
  return {
    range: ask.range,
    omittedTurns: Math.max(0, ask.range.turns - turns.length),
    entries: cutToFit(rows, ask.maxBytes),
  }
}

/** Newest first. PostgreSQL knows the length of a text without reading it. */
function turnsThatFit({ workspaceId, conversationId, range, maxBytes }: HandoffAsk): Prisma.Sql {
  return Prisma.sql`
    SELECT s.id FROM (
      SELECT u.id, u.version, row_number() OVER newest_first AS n, sum(u.bytes) OVER newest_first AS bytes
      FROM (
        SELECT t.id, e.version, coalesce(octet_length(c.output), 0) + CASE t.kind
            WHEN 'ISSUE' THEN coalesce(octet_length(c.prompt), 0)
            ELSE (SELECT coalesce(sum(octet_length(m.content)), 0) FROM chat_message m
                  WHERE m."workspaceId" = t."workspaceId" AND m.id = ANY (t."inputMessageIds"))
          END AS bytes
        FROM (
          SELECT e."taskId", e.version FROM session_event e
          WHERE e."workspaceId" = ${workspaceId} AND e."conversationId" = ${conversationId}
            AND e.version BETWEEN ${range.fromVersion} AND ${range.toVersion}
            AND e.type IN ('TASK_COMPLETED', 'TASK_FAILED', 'TASK_CANCELLED')
          ORDER BY e.version DESC LIMIT ${MOST_TURNS}
        ) e
        JOIN task_row t ON t."workspaceId" = ${workspaceId} AND t.id = e."taskId"
        LEFT JOIN task_content c ON c."workspaceId" = t."workspaceId" AND c."taskId" = t.id
      ) u
      WINDOW newest_first AS (ORDER BY u.version DESC)
    ) s
    WHERE s.n = 1 OR s.bytes <= ${maxBytes} ORDER BY s.version DESC`
}

/** Oldest first. An erasure empties messages and removes prompts and outputs; texts written later are present. */
function entriesOf({ workspaceId }: HandoffAsk, turns: readonly Pick<Task, 'id'>[]): Prisma.Sql {
  const ids = turns.map(({ id }) => id).reverse()
  return Prisma.sql`
    SELECT x."taskId", x.role, coalesce(x.text, '') AS text, x.erased, x.at FROM (
      SELECT o.n AS turn, t.id AS "taskId", i.n AS part, 'USER' AS role, m.content AS text,
        t."erasedAt" IS NOT NULL AND m.content = '' AS erased, m."createdAt" AS at
      FROM unnest(${ids}::text[]) WITH ORDINALITY AS o(id, n)
      JOIN task_row t ON t."workspaceId" = ${workspaceId} AND t.id = o.id
      CROSS JOIN unnest(t."inputMessageIds") WITH ORDINALITY AS i(id, n)
      JOIN chat_message m ON m."workspaceId" = t."workspaceId" AND m.id = i.id
      UNION ALL
      SELECT o.n, t.id, p.part, p.role, p.text, p.text IS NULL, p.at
      FROM unnest(${ids}::text[]) WITH ORDINALITY AS o(id, n)
      JOIN task_row t ON t."workspaceId" = ${workspaceId} AND t.id = o.id
      LEFT JOIN task_content c ON c."workspaceId" = t."workspaceId" AND c."taskId" = t.id
      CROSS JOIN LATERAL (VALUES
        (0, 'USER', c.prompt, t."createdAt", t.kind = 'ISSUE'),
        (2147483647, 'ASSISTANT', c.output, t."finishedAt", t.status = 'COMPLETED')
      ) AS p(part, role, text, at, expected)
      WHERE p.text IS NOT NULL OR (p.expected AND t."erasedAt" IS NOT NULL)
    ) x ORDER BY x.turn, x.part`
}

/** Only the newest turn can be too long by itself. Its oldest texts are cut first. */
function cutToFit(rows: readonly EntryRow[], maxBytes: number): HandoffEntry[] {
  let left = maxBytes
  const newestFirst = rows.toReversed().map((row) => {
    const text = cutAtBytes(row.text, left)
    left -= Buffer.byteLength(text)
    return { ...row, text, truncated: text.length < row.text.length }
  })
  return newestFirst.reverse()
}
