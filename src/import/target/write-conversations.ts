import type { Database, TransactionSql } from '../../database/sql.js'
import { NO_DIGEST } from '../../event-log/digest.js'
import { initialState } from '../../session-pointer/session-state.js'
import { projectEvents } from '../../use-cases/transaction/project-events.js'
import { AppendConflict } from '../../use-cases/transaction/lost-race.js'
import { prepareChanges } from '../../use-cases/transaction/write-changes.js'
import type { Change } from '../../use-cases/transaction/write-changes.js'
import type { Translation } from '../translate/translate.js'
import { importedAmong, lockImport, prepareImported } from './imported-rows.js'
import { writePlaceholder } from './write-fleet.js'

/** The actor of imported events. */
const ACTOR = 'import'

/** TAKEN: the agent already has another thread with the same issue key. */
export type WriteOutcome = 'WRITTEN' | 'ALREADY' | 'TAKEN'

interface Target {
  workspaceId: string
  placeholder: string
}

/** Conversations that are ready to write. */
export interface PreparedConversations {
  target: Target
  translations: readonly Translation[]
  now: Date
  write: (sql: TransactionSql) => Promise<unknown>
}

/** Prepares conversations without the database, through the same projections that the server uses. */
export function prepareConversations(
  target: Target,
  translations: readonly Translation[],
  now: Date,
): PreparedConversations {
  const { workspaceId, placeholder } = target
  const needsPlaceholder = translations.some((one) => one.needsPlaceholder)
  const writeAll = prepareChanges(
    translations.map((one) => changeOf(workspaceId, one, now)),
    now,
  )
  const writeIds = prepareImported(
    workspaceId,
    translations.flatMap(({ ids }) => ids),
    now,
  )
  return {
    target,
    translations,
    now,
    async write(sql) {
      if (needsPlaceholder) await writePlaceholder(sql, workspaceId, placeholder, now)
      await writeAll(sql)
      await writeIds(sql)
    },
  }
}

/** Writes them in one transaction. Resolves with the outcome of each, in order. */
export async function writeConversations(database: Database, prepared: PreparedConversations): Promise<WriteOutcome[]> {
  const { target, translations, now } = prepared
  if (translations.length === 0) return []
  try {
    return await database.transaction((sql) => write(sql, prepared))
  } catch (error) {
    if (!(error instanceof AppendConflict)) throw error
    if (translations.length === 1) return ['TAKEN']
  }
  // One of them failed, so each is tried by itself.
  const written: WriteOutcome[] = []
  for (const one of translations) {
    written.push(...(await writeConversations(database, prepareConversations(target, [one], now))))
  }
  return written
}

async function write(sql: TransactionSql, prepared: PreparedConversations): Promise<WriteOutcome[]> {
  const { target, translations, now } = prepared
  await lockImport(sql)
  const known = await knownAmong(sql, target.workspaceId, translations)
  const missing = translations.filter((one) => !known.has(one))
  await (known.size === 0 ? prepared : prepareConversations(target, missing, now)).write(sql)
  return translations.map((one) => (known.has(one) ? 'ALREADY' : 'WRITTEN'))
}

/** The conversations that another import has written. */
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
  const { conversationId, opening, events, messages, texts, times } = translation
  const place = { workspaceId, conversationId, version: 0, digest: NO_DIGEST }
  const extras = { ...texts, messages, times }
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
