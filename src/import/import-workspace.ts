import type { Clock } from '../database/clock.js'
import type { Database } from '../database/sql.js'
import { emptySummary } from './import-summary.js'
import { machinesOf, takeSessions } from './machines.js'
import type { ImportedConversation, ImportSummary } from './import-summary.js'
import { takeIn } from './import-summary.js'
import type { Source } from './source/open-source.js'
import { readConversations } from './source/read-conversations.js'
import { countConversations, countLeftOut, readAgents, readRuntimes, readWorkspace } from './source/read-fleet.js'
import type { SourceConversation } from './source/source-rows.js'
import { spool } from './source/spool.js'
import { idsFor } from './target/derive-id.js'
import { importedAmong, importedOf, lockImport, writeImported } from './target/imported-rows.js'
import { planFleet } from './target/plan-fleet.js'
import type { FleetPlan } from './target/plan-fleet.js'
import { targetWorkspace } from './target/target-workspace.js'
import type { TargetWorkspace } from './target/target-workspace.js'
import { writeConversations } from './target/write-conversations.js'
import type { Written } from './target/write-conversations.js'
import { readKnownFleet, writeFleet } from './target/write-fleet.js'
import { isKnownRole } from './translate/message-moments.js'
import { sourceKey, sourceRows } from './translate/names.js'
import { isKnownStatus } from './translate/task-story.js'
import { translate } from './translate/translate.js'
import type { Translation } from './translate/translate.js'

export interface ImportOptions {
  /** The source's workspace; null: the only one. */
  slug: string | null
  /** The id of the workspace to import into; null: that of the last time, else a new one. */
  into: string | null
  dryRun: boolean
  /** Conversations of one transaction, at most. Default: 100. */
  atOnce?: number
}

export interface ImportListener {
  /** Called once, before anything else is written. */
  target?(workspace: TargetWorkspace): void
  conversation?(conversation: ImportedConversation): void
  progress?(done: number, of: number): void
}

/**
 * Imports one workspace. Each conversation is written whole, some in one transaction: cut off anywhere, the next run goes on with
 * what is missing, and a run that misses nothing changes nothing.
 *
 * @throws ImportRefused
 */
export async function importWorkspace(
  source: Source,
  database: Database,
  clock: Clock,
  options: ImportOptions,
  listener: ImportListener = {},
): Promise<ImportSummary> {
  const workspace = await readWorkspace(source, options.slug)
  const target = await targetWorkspace(database, workspace, options, clock.now())
  listener.target?.(target)
  const rows = {
    workspace,
    runtimes: await readRuntimes(source, workspace.id),
    agents: await readAgents(source, workspace.id),
  }
  const plan = await database.transaction(async (sql) => {
    await lockImport(sql)
    const fleet = planFleet(rows, await readKnownFleet(sql, target.id), idsFor(target.id))
    const own = { table: 'workspace' as const, sourceId: workspace.id, id: target.id }
    if (!options.dryRun) await writeImported(sql, target.id, [own], clock.now())
    if (!options.dryRun) await writeFleet(sql, target.id, fleet, clock.now())
    return fleet
  })
  const summary = emptySummary({ dryRun: options.dryRun, slug: workspace.slug, target, plan })
  Object.assign(summary.leftOut, await countLeftOut(source, workspace.id))
  const total = await countConversations(source, workspace.id)
  const machines = machinesOf(plan)
  const read = await spool(readConversations(source, workspace.id))
  try {
    // Writing takes longer than reading: meanwhile the source may clean up after itself.
    await source.release()
    const run = await importer(database, clock, target.id, plan, options.dryRun)
    for await (const some of batches(read.items(), options.atOnce ?? AT_ONCE)) {
      for (const imported of await run(some)) {
        takeIn(summary, imported)
        if (imported.status === 'IMPORTED') takeSessions(machines, imported.sessions)
        listener.conversation?.(imported)
        listener.progress?.(summary.conversations.found, total)
      }
    }
  } finally {
    await read.remove()
  }
  summary.machines = [...new Set(machines.values())].filter(({ sessions }) => sessions > 0)
  return summary
}

/** Conversations of one transaction, and about how many tasks and messages they may have: memory stays as it is. */
const AT_ONCE = 100
const ROWS_AT_ONCE = 2_000

async function* batches(
  conversations: AsyncIterable<SourceConversation>,
  most: number,
): AsyncGenerator<SourceConversation[]> {
  let some: SourceConversation[] = []
  let rows = 0
  for await (const conversation of conversations) {
    some.push(conversation)
    rows += conversation.tasks.length + conversation.messages.length
    if (some.length < most && rows < ROWS_AT_ONCE) continue
    yield some
    some = []
    rows = 0
  }
  if (some.length > 0) yield some
}

/** Imports some conversations, in one transaction; answers what became of each, in their order. */
async function importer(
  database: Database,
  clock: Clock,
  workspaceId: string,
  { names }: FleetPlan,
  dryRun: boolean,
): Promise<(conversations: readonly SourceConversation[]) => Promise<ImportedConversation[]>> {
  const { sql } = database
  const chats = await importedOf(sql, workspaceId, 'chat_session')
  const threads = await importedOf(sql, workspaceId, 'issue')
  const judge = async (conversation: SourceConversation): Promise<ImportedConversation | Translation> => {
    const { table, id } = sourceKey(conversation)
    const before = (table === 'issue' ? threads : chats).get(id)
    if (before !== undefined) {
      const since = await rowsSince(database, workspaceId, conversation)
      return { status: 'ALREADY', source: `${table} ${id}`, conversationId: before, ...since }
    }
    const agentId = conversation.chat?.agentId ?? conversation.thread?.agentId ?? ''
    if (names.agents.has(agentId)) return translate(conversation, names)
    return { status: 'SKIPPED', source: `${table} ${id}`, why: `its agent ${agentId} is not of this workspace` }
  }
  return async (conversations) => {
    const judged: (ImportedConversation | Translation)[] = []
    for (const conversation of conversations) judged.push(await judge(conversation))
    const translations = judged.filter((one) => 'report' in one)
    const target = { workspaceId, placeholder: names.placeholder }
    const written = dryRun
      ? translations.map(() => 'WRITTEN' as const)
      : await writeConversations(database, target, translations, clock.now())
    const became = new Map(translations.map((one, index) => [one, written[index] ?? 'WRITTEN']))
    return judged.map((one) => ('report' in one ? importedAs(one, became.get(one) ?? 'WRITTEN') : one))
  }
}

function importedAs({ report }: Translation, written: Written): ImportedConversation {
  const { source, conversationId, name } = report
  if (written === 'WRITTEN') return { status: 'IMPORTED', ...report }
  if (written === 'ALREADY') return { status: 'ALREADY', source, conversationId, newerRows: 0, changedRows: 0 }
  return { status: 'SKIPPED', source, why: `its agent has another thread under ${name}` }
}

/** How many rows a conversation has got in the source since it was imported, and how many of those that it had have changed. */
async function rowsSince(
  { sql }: Database,
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
