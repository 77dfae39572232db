import { readFileSync } from 'node:fs'
import { Client } from 'pg'
import { beforeAll, expect, it } from 'vitest'
import type { Finding } from '../../src/event-log/verify/finding.js'
import { verifyLog } from '../../src/event-log/verify/verify-log.js'
import { aChat, anAgent, aRuntime, claim, complete, enqueue, run, say } from '../support/daemon-steps.js'
import { livedIn } from '../support/lived-in.js'
import type { PostgresDatabase } from '../support/postgres-database.js'
import { makeWorld, workspaceBeside } from '../support/services.js'
import type { World } from '../support/services.js'
import { describePostgres } from '../support/test-database.js'

const MIGRATIONS = [
  '20261128230050_statistics',
  '20261128230100_conversation_listing',
  '20261129010000_listed_reasons',
].map((name) => readFileSync(new URL(`../../prisma/migrations/${name}/migration.sql`, import.meta.url), 'utf8'))

/** A claim that nobody has started, and an older task that was claimed after a newer one. */
async function claimsOutOfOrder(world: World): Promise<void> {
  const runtime = await aRuntime(world)
  const agent = await anAgent(world, runtime, { maxConcurrentTasks: 9 })
  await enqueue(world, agent, { issueKey: 'BAT-1' })
  await enqueue(world, agent, { issueKey: 'BAT-1', priority: 2 })
  await complete(world, await run(world, runtime), { sessionId: 'session-1' })
  await run(world, runtime)
  const chat = await aChat(world, agent)
  await say(world, chat)
  await complete(world, await run(world, runtime), { sessionId: 'session-2' })
  await say(world, chat)
  await claim(world, runtime)
}

describePostgres('a database with history and no listing', (open) => {
  let database: PostgresDatabase
  beforeAll(async () => {
    database = await open()
    const world = await makeWorld(database)
    await livedIn(world)
    await claimsOutOfOrder(await workspaceBeside(world))
  })

  it('gets the listing that follows from its log', async () => {
    const client = new Client({ connectionString: database.connectionString })
    await client.connect()
    const listing = async () =>
      (await client.query<object>('SELECT * FROM conversation_listing ORDER BY "workspaceId", "conversationId"')).rows
    const kept = await listing()
    await client.query('DROP TABLE conversation_listing')
    for (const migration of MIGRATIONS) await client.query(migration)
    const findings: Finding[] = []
    await verifyLog(database, { report: (finding) => findings.push(finding) })
    expect(findings).toEqual([])
    expect(await listing()).toEqual(kept)
    await client.end()
  })
})
