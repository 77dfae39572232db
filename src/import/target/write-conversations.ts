import type { Database, TransactionSql } from '../../database/sql.js'
import { statement } from '../../database/sql.js'
import { runStep } from '../../database/step.js'
import { NO_DIGEST } from '../../event-log/digest.js'
import { initialState } from '../../session-pointer/session-state.js'
import { listingOf } from '../../use-cases/transaction/list-conversations.js'
import { projectEvents } from '../../use-cases/transaction/project-events.js'
import { AppendConflict, writeChanges } from '../../use-cases/transaction/write-changes.js'
import type { Change } from '../../use-cases/transaction/write-changes.js'
import type { Translation } from '../translate/translate.js'
import { importedAmong, lockImport, writeImported } from './imported-rows.js'
import { writePlaceholder } from './write-fleet.js'

/** The actor of imported events. */
const ACTOR = 'import'

const SET_TIMES = statement(
  'import_conversation_times',
  `UPDATE conversation c SET "createdAt" = x."createdAt", "updatedAt" = x."updatedAt", "lastActivityAt" = x."lastActivityAt",
     "archivedAt" = x."archivedAt"
   FROM json_to_recordset($2::json) AS x(id text, "createdAt" timestamptz, "updatedAt" timestamptz,
     "lastActivityAt" timestamptz, "archivedAt" timestamptz)
   WHERE c."workspaceId" = $1 AND c.id = x.id`,
)

/** TAKEN: the agent has another thread under the same issue key. */
export type Written = 'WRITTEN' | 'ALREADY' | 'TAKEN'

interface Target {
  workspaceId: string
  placeholder: string
}

/**
 * Conversations in one transaction, through the same projections as everything that is recorded here. Answers what became of each,
 * in their order.
 */
export async function writeConversations(
  database: Database,
  target: Target,
  translations: readonly Translation[],
  now: Date,
): Promise<Written[]> {
  if (translations.length === 0) return []
  try {
    return await database.transaction((sql) => write(sql, target, translations, now))
  } catch (error) {
    if (!(error instanceof AppendConflict)) throw error
    if (translations.length === 1) return ['TAKEN']
  }
  // One of them: each is tried by itself.
  const written: Written[] = []
  for (const one of translations) written.push(...(await writeConversations(database, target, [one], now)))
  return written
}

async function write(
  sql: TransactionSql,
  { workspaceId, placeholder }: Target,
  translations: readonly Translation[],
  now: Date,
): Promise<Written[]> {
  await lockImport(sql)
  const known = await knownAmong(sql, workspaceId, translations)
  const missing = translations.filter((one) => !known.has(one))
  if (missing.some(({ needsPlaceholder }) => needsPlaceholder))
    await writePlaceholder(sql, workspaceId, placeholder, now)
  await writeChanges(
    sql,
    missing.map((one) => changeOf(workspaceId, one, now)),
    now,
  )
  const times = missing.map(({ conversationId: id, createdAt, updatedAt, lastActivityAt, archivedAt }) => {
    return { id, createdAt, updatedAt, lastActivityAt, archivedAt }
  })
  await sql.rows(SET_TIMES, [workspaceId, JSON.stringify(times)])
  if (missing.length > 0) {
    await runStep(sql, listingOf(missing.map(({ conversationId: id }) => ({ workspaceId, id, reason: null }))))
  }
  await writeImported(
    sql,
    workspaceId,
    missing.flatMap(({ ids }) => ids),
    now,
  )
  return translations.map((one) => (known.has(one) ? 'ALREADY' : 'WRITTEN'))
}

/** Those of them that another import has written. */
async function knownAmong(
  sql: TransactionSql,
  workspaceId: string,
  translations: readonly Translation[],
): Promise<Set<Translation>> {
  const owns = translations.map((translation) => ({ translation, own: translation.ids[0] }))
  const found = new Set<Translation>()
  for (const table of ['chat_session', 'issue'] as const) {
    const rows = owns.flatMap(({ translation, own }) => (own?.table === table ? [{ translation, own }] : []))
    const { known } = await importedAmong(
      sql,
      workspaceId,
      table,
      rows.map(({ own }) => ({ sourceId: own.sourceId })),
    )
    for (const { translation, own } of rows) if (known.has(own.sourceId)) found.add(translation)
  }
  return found
}

function changeOf(workspaceId: string, translation: Translation, now: Date): Change {
  const { conversationId, opening, events, messages, texts } = translation
  const place = { workspaceId, conversationId, version: 0, digest: NO_DIGEST }
  const extras = { ...texts, messages }
  const projection = projectEvents({ ...NOTHING_LOADED, now }, place, events, extras)
  return { ...place, actor: ACTOR, opening, events, extras, projection, record: null }
}

const NOTHING_LOADED = {
  conversation: null,
  state: initialState,
  agent: null,
  runtimes: new Map(),
  tasks: new Map(),
  claim: null,
  sourcesWithQueuedRerun: new Set<string>(),
}
