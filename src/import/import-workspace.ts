import type { Clock } from '../database/clock.js'
import type { Database } from '../database/sql.js'
import { importConversations } from './import-conversations.js'
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
import { lockImport, writeImported } from './target/imported-rows.js'
import { planFleet } from './target/plan-fleet.js'
import { targetWorkspace } from './target/target-workspace.js'
import type { TargetWorkspace } from './target/target-workspace.js'
import { readKnownFleet, writeFleet } from './target/write-fleet.js'

export interface ImportOptions {
  /** The slug of the source's workspace; null if it has only one. */
  slug: string | null
  /** The id of the workspace to import into; null means that of an earlier import, else a new one. */
  into: string | null
  dryRun: boolean
  /** The most conversations per transaction; 100 by default. */
  atOnce?: number
}

export interface ImportListener {
  /** Called once, before anything else is written. */
  target?(workspace: TargetWorkspace): void
  conversation?(conversation: ImportedConversation): void
  progress?(done: number, of: number): void
}

/**
 * Imports one workspace. Each conversation is written completely in one transaction, several of them together. After an
 * interruption, the next run continues with what is missing. If nothing is missing, a run changes nothing.
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
    // Writing takes longer than reading. Closing the snapshot lets the source vacuum in the meantime.
    await source.release()
    const into = { database, clock, workspaceId: target.id, names: plan.names, dryRun: options.dryRun }
    for await (const some of importConversations(into, batches(read.items(), options.atOnce ?? AT_ONCE))) {
      for (const imported of some) {
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

/** Limits a transaction's conversations, and roughly their tasks and messages, to bound the memory. */
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
