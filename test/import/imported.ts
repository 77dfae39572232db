import { importWorkspace } from '../../src/import/import-workspace.js'
import type { ImportListener, ImportOptions } from '../../src/import/import-workspace.js'
import type { ImportedConversation, ImportSummary } from '../../src/import/import-summary.js'
import { openSource } from '../../src/import/source/open-source.js'
import type { Database } from '../../src/database/sql.js'
import { statement } from '../../src/database/sql.js'
import { verifyLog } from '../../src/event-log/verify/verify-log.js'
import type { Finding, Tally } from '../../src/event-log/verify/finding.js'
import { explainResume } from '../../src/use-cases/explain-resume.js'
import { loadConversationRows } from '../../src/use-cases/transaction/load-rows.js'
import { callerIn, servicesOver, SettableClock, valueOf } from '../support/services.js'
import type { SourceDatabase } from './source-database.js'

export interface Imported {
  summary: ImportSummary
  conversations: ImportedConversation[]
}

export async function importInto(
  database: Database,
  { connectionString }: SourceDatabase,
  options: Partial<ImportOptions> = {},
  listener: ImportListener = {},
): Promise<Imported> {
  const source = await openSource(connectionString)
  const conversations: ImportedConversation[] = []
  try {
    const all = { slug: 'acme', into: null, dryRun: false, ...options }
    const summary = await importWorkspace(source, database, new SettableClock(), all, {
      ...listener,
      conversation(conversation) {
        conversations.push(conversation)
        listener.conversation?.(conversation)
      },
    })
    return { summary, conversations }
  } finally {
    await source.close()
  }
}

export async function verified(database: Database): Promise<{ findings: Finding[]; tally: Tally }> {
  const findings: Finding[] = []
  const tally = await verifyLog(database, { report: (finding) => findings.push(finding) })
  return { findings, tally }
}

const OURS = statement('test_imported_id', 'SELECT id FROM imported_row WHERE "sourceId" = $1')

/** What a row of the source became. */
export async function oursOf(database: Database, sourceId: string): Promise<string> {
  const [row] = await database.sql.rows<{ id: string }>(OURS, [sourceId])
  return row?.id ?? ''
}

export interface Offer {
  /** As the source names it: a chat's id, or an agent's and an issue's. */
  place: string
  runtime: string
  /** null: a fresh start. */
  session: string | null
}

/** What a claim of a plain task would be offered now, in every conversation that was imported and on each of these runtimes of the source. */
export async function offersOf(
  database: Database,
  { summary, conversations }: Imported,
  runtimes: readonly string[],
): Promise<Offer[]> {
  const caller = callerIn(summary.workspace.id)
  const services = servicesOver(database, new SettableClock())
  const ours = await Promise.all(runtimes.map((runtime) => oursOf(database, runtime)))
  const places = new Map(
    conversations.flatMap((one) =>
      one.status === 'IMPORTED' ? [[one.conversationId, one.source.split(' ')[1] ?? '']] : [],
    ),
  )
  const rows = await loadConversationRows(
    database.sql,
    [...places.keys()].map((id) => [caller.workspaceId, id]),
  )
  const offers: Offer[] = []
  for (const conversation of rows) {
    const place = places.get(conversation.id) ?? ''
    for (const [index, runtime] of runtimes.entries()) {
      const asked = { conversation, runtimeId: ours[index] ?? '' }
      const { sessionId } = valueOf(await explainResume(services, caller, asked))
      offers.push({ place, runtime, session: sessionId })
    }
  }
  return offers
}

const TABLES = [
  ...[
    'workspace',
    'log_head',
    'api_token',
    'runtime',
    'agent',
    'conversation',
    'session_event',
    'task',
    'task_content',
  ],
  ...['dispatch', 'chat_message', 'imported_row'],
]

/** Every row of every table that an import writes, as text. */
export async function contentsOf(database: Database): Promise<Record<string, string[]>> {
  const contents: Record<string, string[]> = {}
  for (const table of TABLES) {
    const read = statement(`test_contents_of_${table}`, `SELECT to_jsonb(r)::text AS row FROM ${table} r`)
    const rows = await database.sql.rows<{ row: string }>(read)
    contents[table] = rows.map(({ row }) => row).toSorted()
  }
  return contents
}
