import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Database } from '../../../src/database/sql.js'
import { statement } from '../../../src/database/sql.js'
import { ArchiveDirectory } from '../../../src/event-log/sealed/archive-directory.js'
import { readSealed } from '../../../src/event-log/sealed/sealed-stream.js'
import type { SealedStream } from '../../../src/event-log/sealed/sealed-stream.js'
import type { Finding } from '../../../src/event-log/verify/finding.js'
import { createChatSession } from '../../../src/use-cases/create-chat-session.js'
import { retain } from '../../../src/use-cases/retention/retain.js'
import { anAgent, aRuntime, complete, fail, run, say, start } from '../../support/daemon-steps.js'
import type { claim } from '../../support/daemon-steps.js'
import { archivedIn } from '../../support/proven-at-close.js'
import { makeWorld, valueOf } from '../../support/services.js'
import type { World } from '../../support/services.js'
import { findingsOf } from './findings-of.js'

export const DAY = 86_400
const KEEP = { progressDays: 0, textsDays: 0, conversationsDays: 30 }
const directory = mkdtempSync(join(tmpdir(), 'baton-archive-'))
process.once('exit', () => rmSync(directory, { recursive: true, force: true }))

/** A server that seals what has been closed for thirty days, and small steps for tests of it. */
export async function sealingGround(database: Database) {
  const archive = new ArchiveDirectory(mkdtempSync(join(directory, 'archive-')))
  archivedIn(database, archive)
  const made = await makeWorld(database)
  const world: World = { ...made, services: { ...made.services, archive } }
  const runtime = await aRuntime(world)
  const agent = await anAgent(world, runtime, { maxConcurrentTasks: 9 })

  const retained = (keep: Partial<typeof KEEP> = {}, signal = new AbortController().signal) =>
    retain(world.services, { ...KEEP, ...keep }, signal)

  const findings = (from: ArchiveDirectory | null = archive): Promise<Finding[]> => findingsOf(database, from)

  const tombstone = async (id: string): Promise<SealedStream | undefined> =>
    (await readSealed(database.sql, world.caller.workspaceId, [id])).get(id)

  async function rowsOf(conversationId: string): Promise<Record<string, number>> {
    const counts = `SELECT
      (SELECT count(*)::int FROM session_event WHERE "conversationId" = $1) AS events,
      (SELECT count(*)::int FROM task WHERE "conversationId" = $1) AS tasks,
      (SELECT count(*)::int FROM task_content c JOIN task t ON t.id = c."taskId" WHERE t."conversationId" = $1) AS contents,
      (SELECT count(*)::int FROM chat_message WHERE "conversationId" = $1) AS messages,
      (SELECT count(*)::int FROM conversation_listing WHERE "conversationId" = $1) AS listed`
    const [row] = await database.sql.rows<Record<string, number>>(statement('test_rows_of', counts), [conversationId])
    return row ?? {}
  }

  async function aTalk(word = 'Juniper'): Promise<{ id: string }> {
    const opened = await createChatSession(world.services, world.caller, { agentId: agent.id, title: `About ${word}` })
    const { conversation } = valueOf(opened)
    for (const turn of [1, 2]) {
      await say(world, conversation, { content: `${word} ${turn}?` })
      const held = await run(world, runtime)
      await complete(world, held, { output: `${word} ${turn}.`, sessionId: `session-${conversation.id}` })
    }
    await say(world, conversation, { content: `${word} 3?` })
    await fail(world, await run(world, runtime), { failureReason: 'agent_error', error: `No ${word}.` })
    return { id: conversation.id }
  }

  async function aSealed(word?: string): Promise<{ id: string; sealed: SealedStream }> {
    const { id } = await aTalk(word)
    world.clock.pass(31 * DAY)
    await retained()
    const sealed = await tombstone(id)
    if (sealed === undefined) throw new Error('It is not sealed.')
    return { id, sealed }
  }

  const filesOf = (id: string): string[] =>
    readdirSync(archive.path, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.includes(id))
      .sort()

  const started = async (held: Awaited<ReturnType<typeof claim>>) => {
    await start(world, held)
    return held
  }

  const sayAndRun = async (id: string) => {
    await say(world, { id }, { content: 'And?' })
    return run(world, runtime)
  }

  return {
    world,
    runtime,
    agent,
    archive,
    retained,
    findings,
    tombstone,
    rowsOf,
    aTalk,
    aSealed,
    filesOf,
    started,
    sayAndRun,
  }
}

export type SealingGround = Awaited<ReturnType<typeof sealingGround>>
