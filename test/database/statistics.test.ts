import { expect, it } from 'vitest'
import { whyEmpty } from '../../src/claim-queue/why-empty.js'
import { statement } from '../../src/database/sql.js'
import { LIVELY, refreshStatistics } from '../../src/database/statistics.js'
import { aRuntime, anAgent, claim, enqueue } from '../support/daemon-steps.js'
import { explain } from '../support/explain.js'
import { explainCall } from '../support/explain-call.js'
import { overManyRuntimes } from '../support/long-queues.js'
import { damagedOnPurpose } from '../support/proven-at-close.js'
import { makeWorld } from '../support/services.js'
import { describePostgres, forEachDatabase } from '../support/test-database.js'

const BELIEVED = statement('test_believed', `SELECT reltuples::int AS rows FROM pg_class WHERE relname = 'dispatch'`)

forEachDatabase((open) => {
  it('statistics are gathered when a table has grown, and not again while it does not change', async () => {
    const database = await open()
    const world = await makeWorld(database)
    await overManyRuntimes(world, 3_000, 10)
    expect(await refreshStatistics(database.sql)).toEqual(['dispatch'])
    const [believed] = await database.sql.rows<{ rows: number }>(BELIEVED)
    expect(believed?.rows).toBeGreaterThan(2_900)
    // What the rows' writer counted may be told only after it has been analysed, which is then done once more.
    await expect.poll(() => refreshStatistics(database.sql), { interval: 300, timeout: 5_000 }).toEqual([])
    expect(await refreshStatistics(database.sql)).toEqual([])
  })
})

const TABLES = statement(
  'test_tables',
  `SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace ORDER BY relname`,
)
/** A few rows a workspace, or a row that is changed in place. */
const QUIET = ['_prisma_migrations', 'api_token', 'log_head', 'rate_limit', 'workspace']

describePostgres('statistics', (open) => {
  it('are gathered for every growing table', async () => {
    const tables = await (await open()).sql.rows<{ name: string }>(TABLES)
    expect(tables.map(({ name }) => name)).toEqual([...LIVELY, ...QUIET].toSorted())
  })
})

describePostgres('with statistics of the tables when they were empty', (open) => {
  it('claims use keys as soon as new statistics are gathered', async () => {
    const database = await open()
    const world = await makeWorld(database)
    const runtime = await aRuntime(world)
    const agent = await anAgent(world, runtime)
    await enqueue(world, agent)
    await claim(world, runtime)
    await database.sql.rows(statement('', 'ANALYZE'))
    const queue = await overManyRuntimes(world, 20_000, 50)
    const { workspaceId } = queue.world.caller
    const task = await enqueue(queue.world, queue.agent)
    expect(await refreshStatistics(database.sql)).toContain('dispatch')
    const { conversationId, id } = task
    const explained = [
      ...(await explainCall(database, 'load-claims', {
        now: new Date(),
        asked_w: [workspaceId],
        asked_runtimes: [queue.runtime.id],
        asked_wanted: [4],
        spares: 0,
      })),
      ...(await explainCall(database, 'write', { moved_w: [workspaceId], moved_ids: [conversationId] })),
      ...(await explainCall(database, 'load-conversations', {
        conversation_w: [workspaceId],
        conversation_ids: [conversationId],
        task_w: [workspaceId],
        task_ids: [id],
      })),
    ]
    expect(explained.length).toBeGreaterThan(10)
    for (const { name, scanned, pages } of explained) {
      expect({ name, scanned }).toEqual({ name, scanned: [] })
      expect(pages, name).toBeLessThan(400)
    }
  })
})

describePostgres('with statistics of claims that one agent held', (open) => {
  it('the active tasks of other agents are counted without reading its claims', async () => {
    const database = await open()
    damagedOnPurpose(database)
    const world = await makeWorld(database)
    const runtime = await aRuntime(world)
    const [agent, other] = [await anAgent(world, runtime), await anAgent(world, runtime)]
    await enqueue(world, other)
    const { workspaceId } = world.caller
    await database.transaction(async (sql) => {
      await sql.rows(statement('', 'SET LOCAL session_replication_role = replica'))
      const claims = `INSERT INTO dispatch ("workspaceId", "taskId", "conversationId", "agentId", "runtimeId", priority, place, holds, state,
          "availableAt", "enqueuedAt", "leaseSeconds", "leaseExpiresAt")
        SELECT $1, 'task_' || n, 'chat_' || n, $2, $3, 0, 1, false, 'HELD', now(), now(), 60, now() FROM generate_series(1, 20000) n`
      await sql.rows(statement('', claims), [workspaceId, agent.id, runtime.id])
    })
    await database.sql.rows(statement('', 'ANALYZE'))
    const explained = [
      ...(await explainCall(database, 'load-claims', {
        now: new Date(),
        asked_w: [workspaceId],
        asked_runtimes: [runtime.id],
        asked_wanted: [1],
        spares: 0,
      })),
      ...(await explainCall(database, 'write', { waking_w: [workspaceId], waking_ids: [other.id] })),
      ...(await explain(database, (sql) => whyEmpty(sql, [{ workspaceId, runtimeId: runtime.id }], world.clock.now()))),
    ]
    expect(explained.length).toBeGreaterThan(8)
    for (const { name, pages } of explained) expect(pages, name).toBeLessThan(100)
  })
})
