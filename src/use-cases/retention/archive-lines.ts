import type { Sql } from '../../database/sql.js'
import { statement } from '../../database/sql.js'
import type { ConversationHead } from '../../event-log/conversation-head.js'
import { eventLine, headerLine } from '../../event-log/export/export-line.js'
import { NO_POSITION_PAST, readStreamPage } from '../../event-log/read-stream.js'
import type { ArchiveDirectory } from '../../event-log/sealed/archive-directory.js'
import type { SealedStream } from '../../event-log/sealed/sealed-stream.js'

/** Rows per read. */
const PAGE = 200

/** The source of a conversation's lines. `sealed` is its earlier sealing, whose file's lines come first. */
export interface Archived {
  sql: Sql
  workspaceId: string
  head: ConversationHead
  archive: ArchiveDirectory
  sealed: SealedStream | null
}

/** The whole stream up to the head's version, in the format of `baton export`. */
export async function* eventLines({ sql, workspaceId, head, archive, sealed }: Archived): AsyncGenerator<string> {
  yield headerLine(workspaceId, head)
  if (sealed !== null) {
    let isHeader = true
    for await (const line of archive.lines(sealed.file, 'events')) {
      if (!isHeader) yield line
      isHeader = false
    }
  }
  for (let after = sealed?.throughVersion ?? 0; after < head.version;) {
    const limit = Math.min(PAGE, head.version - after)
    const page = await readStreamPage(sql, { workspaceId, id: head.id }, after, NO_POSITION_PAST, limit)
    for (const event of page) yield eventLine(event)
    if (page.length < limit) throw new Error(`${head.id} lacks events after version ${after}. See baton verify.`)
    after += limit
  }
}

/** The tables whose rows leave with the events, in an order in which they can be restored. */
export const TEXT_TABLES = ['task', 'task_content', 'chat_message', 'task_progress'] as const
export type TextTable = (typeof TEXT_TABLES)[number]

/** A row as stored, without a task's claim token: whoever has the token holds the claim. */
export interface TextRow {
  table: TextTable
  row: Record<string, unknown>
}

const OF_TASKS = (table: string, after: string, order: string) =>
  `SELECT to_jsonb(r) AS row FROM task t JOIN ${table} r ON r."workspaceId" = t."workspaceId" AND r."taskId" = t.id
   WHERE t."workspaceId" = $1 AND t."conversationId" = $2 AND ${after} ORDER BY ${order} LIMIT ${PAGE}`

const PAGES = {
  task: statement(
    'archive_tasks',
    `SELECT to_jsonb(t) - 'claimToken' AS row FROM task t
     WHERE t."workspaceId" = $1 AND t."conversationId" = $2 AND t.id > $3 AND $4::int IS NOT NULL ORDER BY t.id LIMIT ${PAGE}`,
  ),
  task_content: statement('archive_contents', OF_TASKS('task_content', 't.id > $3 AND $4::int IS NOT NULL', 't.id')),
  chat_message: statement(
    'archive_messages',
    `SELECT to_jsonb(m) AS row FROM chat_message m
     WHERE m."workspaceId" = $1 AND m."conversationId" = $2 AND m.id > $3 AND $4::int IS NOT NULL ORDER BY m.id LIMIT ${PAGE}`,
  ),
  task_progress: statement('archive_progress', OF_TASKS('task_progress', '(t.id, r.seq) > ($3, $4)', 't.id, r.seq')),
}

/** The rows with texts of people and agents, as JSON Lines. */
export async function* textLines({ sql, workspaceId, head, archive, sealed }: Archived): AsyncGenerator<string> {
  if (sealed !== null && sealed.textsDigest !== null) yield* archive.lines(sealed.file, 'texts')
  for (const table of TEXT_TABLES) {
    for (let at: Record<string, unknown> | undefined = {}; at !== undefined;) {
      const values: unknown[] = [workspaceId, head.id, at['taskId'] ?? at['id'] ?? '', at['seq'] ?? 0]
      const page: { row: Record<string, unknown> }[] = await sql.rows(PAGES[table], values)
      for (const { row } of page) yield JSON.stringify({ table, row } satisfies TextRow)
      at = page.length < PAGE ? undefined : page.at(-1)?.row
    }
  }
}
