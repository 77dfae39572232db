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
import { idsFor } from './target/derive-id.js'
import { importedAmong, importedOf, lockImport, writeImported } from './target/imported-rows.js'
import { planFleet } from './target/plan-fleet.js'
import type { FleetPlan } from './target/plan-fleet.js'
import { targetWorkspace } from './target/target-workspace.js'
import type { TargetWorkspace } from './target/target-workspace.js'
import { writeConversation } from './target/write-conversation.js'
import { readKnownFleet, writeFleet } from './target/write-fleet.js'
import { isKnownRole } from './translate/message-moments.js'
import { sourceKey, sourceRows } from './translate/names.js'
import { isKnownStatus } from './translate/task-story.js'
import { translate } from './translate/translate.js'

export interface ImportOptions {
  /** The source's workspace; null: the only one. */
  slug: string | null
  /** The id of the workspace to import into; null: that of the last time, else a new one. */
  into: string | null
  dryRun: boolean
}

export interface ImportListener {
  /** Called once, before anything else is written. */
  target?(workspace: TargetWorkspace): void
  conversation?(conversation: ImportedConversation): void
  progress?(done: number, of: number): void
}

/**
 * Imports one workspace. Each conversation is written whole, in a transaction of its own: cut off anywhere, the next run
 * goes on with what is missing, and a run that misses nothing changes nothing.
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
  const run = await importer(database, clock, target.id, plan, options.dryRun)
  for await (const conversation of readConversations(source, workspace.id)) {
    const imported = await run(conversation)
    takeIn(summary, imported)
    if (imported.status === 'IMPORTED') takeSessions(machines, imported.sessions)
    listener.conversation?.(imported)
    listener.progress?.(summary.conversations.found, total)
  }
  summary.machines = [...new Set(machines.values())].filter(({ sessions }) => sessions > 0)
  return summary
}

async function importer(
  database: Database,
  clock: Clock,
  workspaceId: string,
  { names }: FleetPlan,
  dryRun: boolean,
): Promise<(conversation: SourceConversation) => Promise<ImportedConversation>> {
  const { sql } = database
  const chats = await importedOf(sql, workspaceId, 'chat_session')
  const threads = await importedOf(sql, workspaceId, 'issue')
  return async (conversation) => {
    const { table, id } = sourceKey(conversation)
    const before = (table === 'issue' ? threads : chats).get(id)
    if (before !== undefined) {
      const since = await rowsSince(database, workspaceId, conversation)
      return { status: 'ALREADY', source: `${table} ${id}`, conversationId: before, ...since }
    }
    const agentId = conversation.chat?.agentId ?? conversation.thread?.agentId ?? ''
    if (!names.agents.has(agentId)) {
      return { status: 'SKIPPED', source: `${table} ${id}`, why: `its agent ${agentId} is not of this workspace` }
    }
    const translation = translate(conversation, names)
    const { report } = translation
    if (dryRun) return { status: 'IMPORTED', ...report }
    const written = await writeConversation(database, workspaceId, names.placeholder, translation, clock.now())
    if (written === 'WRITTEN') return { status: 'IMPORTED', ...report }
    if (written === 'TAKEN') {
      return { status: 'SKIPPED', source: report.source, why: `its agent has another thread under ${report.name}` }
    }
    return {
      status: 'ALREADY',
      source: report.source,
      conversationId: report.conversationId,
      newerRows: 0,
      changedRows: 0,
    }
  }
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
