import { setImmediate as turn } from 'node:timers/promises'
import type { Clock } from '../database/clock.js'
import { refreshStatistics } from '../database/statistics.js'
import type { Database, Sql } from '../database/sql.js'
import type { ImportedConversation } from './import-summary.js'
import type { SourceConversation } from './source/source-rows.js'
import { importedAmong, importedOf } from './target/imported-rows.js'
import { prepareConversations, writeConversations } from './target/write-conversations.js'
import type { PreparedConversations, WriteOutcome } from './target/write-conversations.js'
import { isKnownRole } from './translate/message-moments.js'
import { sourceKey, sourceRows } from './translate/names.js'
import type { Names } from './translate/names.js'
import { isKnownStatus } from './translate/task-story.js'
import { translate } from './translate/translate.js'
import type { Translation } from './translate/translate.js'

export interface ImportTarget {
  database: Database
  clock: Clock
  workspaceId: string
  names: Names
  dryRun: boolean
}

/**
 * Imports conversations, each batch in one transaction, and yields the outcome of each conversation, batch by batch.
 * While the database writes one batch, the next is read and translated. It is not written before the consumer has
 * received the previous one.
 */
export async function* importConversations(
  target: ImportTarget,
  batches: AsyncIterable<SourceConversation[]>,
): AsyncGenerator<ImportedConversation[]> {
  const judge = await judgeOf(target)
  const write = writerOf(target)
  let before: Promise<ImportedConversation[]> | null = null
  try {
    for await (const conversations of batches) {
      const batch = await prepare(target, conversations, judge)
      if (before !== null) yield await before
      before = write(batch)
      before.catch(() => undefined)
    }
    if (before !== null) yield await before
  } finally {
    await before?.catch(() => undefined)
  }
}

type Judged = ImportedConversation | Translation

/** The plan for a conversation of the source. */
async function judgeOf({
  database: { sql },
  workspaceId,
  names,
}: ImportTarget): Promise<(conversation: SourceConversation) => Promise<Judged>> {
  const chats = await importedOf(sql, workspaceId, 'chat_session')
  const threads = await importedOf(sql, workspaceId, 'issue')
  return async (conversation) => {
    const { table, id } = sourceKey(conversation)
    const before = (table === 'issue' ? threads : chats).get(id)
    if (before !== undefined) {
      const since = await rowsSince(sql, workspaceId, conversation)
      return { status: 'ALREADY', source: `${table} ${id}`, conversationId: before, ...since }
    }
    const agentId = conversation.chat?.agentId ?? conversation.thread?.agentId ?? ''
    if (names.agents.has(agentId)) return translate(conversation, names)
    return { status: 'SKIPPED', source: `${table} ${id}`, why: `its agent ${agentId} is not of this workspace` }
  }
}

interface Batch {
  judged: Judged[]
  translations: Translation[]
  prepared: PreparedConversations | null
}

/** Yields to the event loop between conversations, so that the database does not wait for its next statement. */
async function prepare(
  { clock, workspaceId, names, dryRun }: ImportTarget,
  conversations: readonly SourceConversation[],
  judge: (conversation: SourceConversation) => Promise<Judged>,
): Promise<Batch> {
  const judged: Judged[] = []
  for (const conversation of conversations) {
    judged.push(await judge(conversation))
    await turn()
  }
  const translations = judged.filter((one) => 'report' in one)
  const into = { workspaceId, placeholder: names.placeholder }
  return { judged, translations, prepared: dryRun ? null : prepareConversations(into, translations, clock.now()) }
}

function writerOf({ database }: ImportTarget): (batch: Batch) => Promise<ImportedConversation[]> {
  let isFirst = true
  return async ({ judged, translations, prepared }) => {
    const written = prepared === null ? [] : await writeConversations(database, prepared)
    // Plans that were made for empty tables would now scan whole indexes.
    if (isFirst && written.length > 0) await refreshStatistics(database.sql)
    isFirst = false
    const became = new Map(translations.map((one, index) => [one, written[index] ?? 'WRITTEN']))
    return judged.map((one) => ('report' in one ? importedAs(one, became.get(one) ?? 'WRITTEN') : one))
  }
}

function importedAs({ report }: Translation, written: WriteOutcome): ImportedConversation {
  const { source, conversationId, name } = report
  if (written === 'WRITTEN') return { status: 'IMPORTED', ...report }
  if (written === 'ALREADY') return { status: 'ALREADY', source, conversationId, newerRows: 0, changedRows: 0 }
  return { status: 'SKIPPED', source, why: `its agent has another thread under ${name}` }
}

/** The number of rows of a conversation that are new in the source since its import, and the number of changed rows. */
async function rowsSince(
  sql: Sql,
  workspaceId: string,
  source: SourceConversation,
): Promise<{ newerRows: number; changedRows: number }> {
  const left = new Set([
    ...source.tasks.filter(({ status }) => !isKnownStatus(status)).map(({ id }) => id),
    ...source.messages.filter(({ role }) => !isKnownRole(role)).map(({ id }) => id),
  ])
  const rows = sourceRows(source).filter(({ sourceId }) => !left.has(sourceId))
  const counts = { newerRows: 0, changedRows: 0 }
  for (const table of new Set(rows.map((row) => row.table))) {
    const own = rows.filter((row) => row.table === table)
    const { known, changed } = await importedAmong(sql, workspaceId, table, own)
    counts.newerRows += own.length - known.size
    counts.changedRows += changed
  }
  return counts
}
