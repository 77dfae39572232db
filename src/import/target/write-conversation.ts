import type { Database } from '../../database/sql.js'
import { statement } from '../../database/sql.js'
import { runStep } from '../../database/step.js'
import { NO_DIGEST } from '../../event-log/digest.js'
import { initialState } from '../../session-pointer/session-state.js'
import { listingOf } from '../../use-cases/transaction/list-conversations.js'
import { projectEvents } from '../../use-cases/transaction/project-events.js'
import { AppendConflict, writeChanges } from '../../use-cases/transaction/write-changes.js'
import type { Translation } from '../translate/translate.js'
import { importedAmong, lockImport, writeImported } from './imported-rows.js'
import { writePlaceholder } from './write-fleet.js'

/** The actor of imported events. */
const ACTOR = 'import'

const SET_TIMES = statement(
  'import_conversation_times',
  `UPDATE conversation SET "createdAt" = $3, "updatedAt" = $4, "lastActivityAt" = $5, "archivedAt" = $6
   WHERE "workspaceId" = $1 AND id = $2`,
)

/** TAKEN: the agent has another thread under the same issue key. */
export type Written = 'WRITTEN' | 'ALREADY' | 'TAKEN'

/** One conversation in one transaction, through the same projections as everything that is recorded here. */
export async function writeConversation(
  database: Database,
  workspaceId: string,
  placeholder: string,
  translation: Translation,
  now: Date,
): Promise<Written> {
  const { conversationId, opening, events, messages, texts, ids } = translation
  const place = { workspaceId, conversationId, version: 0, digest: NO_DIGEST }
  const extras = { ...texts, messages }
  const projection = projectEvents({ ...NOTHING_LOADED, now }, place, events, extras)
  const [own] = ids
  try {
    return await database.transaction(async (sql) => {
      await lockImport(sql)
      if (own !== undefined && (await importedAmong(sql, workspaceId, own.table, [own])).known.size > 0)
        return 'ALREADY'
      if (translation.needsPlaceholder) await writePlaceholder(sql, workspaceId, placeholder, now)
      await writeChanges(sql, [{ ...place, actor: ACTOR, opening, events, extras, projection, record: null }], now)
      const { createdAt, updatedAt, lastActivityAt, archivedAt } = translation
      await sql.rows(SET_TIMES, [workspaceId, conversationId, createdAt, updatedAt, lastActivityAt, archivedAt])
      await runStep(sql, listingOf([{ workspaceId, id: conversationId, reason: null }]))
      await writeImported(sql, workspaceId, ids, now)
      return 'WRITTEN'
    })
  } catch (error) {
    if (error instanceof AppendConflict) return 'TAKEN'
    throw error
  }
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
