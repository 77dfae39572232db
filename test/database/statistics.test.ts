import { expect, it } from 'vitest'
import { ACTIVE_COUNTS, keyColumns, loadTasks } from '../../src/use-cases/transaction/load-rows.js'
import { refreshHeads } from '../../src/claim-queue/refresh-heads.js'
import { PICK, pickValues } from '../../src/claim-queue/pick.js'
import { statement } from '../../src/database/sql.js'
import type { Sql } from '../../src/database/sql.js'
import { refreshStatistics } from '../../src/database/statistics.js'
import { aRuntime, anAgent, claim, enqueue } from '../support/daemon-steps.js'
import { explain } from '../support/explain.js'
import { overManyRuntimes } from '../support/long-queues.js'
import { makeWorld } from '../support/services.js'
import { describePostgres, forEachDatabase } from '../support/test-database.js'

const BELIEVED = statement('test_believed', `SELECT reltuples::int AS rows FROM pg_class WHERE relname = 'queue_entry'`)

forEachDatabase((open) => {
  it('statistics are gathered when a table has grown, and not again while it stays as it is', async () => {
    const database = await open()
    const world = await makeWorld(database)
    await overManyRuntimes(world, 3_000, 10)
    expect(await refreshStatistics(database.sql)).toEqual(['queue_entry'])
    const [believed] = await database.sql.rows<{ rows: number }>(BELIEVED)
    expect(believed?.rows).toBeGreaterThan(2_900)
    expect(await refreshStatistics(database.sql)).toEqual([])
  })
})

describePostgres('with statistics of the tables when they were empty', (open) => {
  it('claims go by key as soon as they are gathered anew', async () => {
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
    const keys = [[workspaceId, task.conversationId]] as const
    expect(await refreshStatistics(database.sql)).toContain('queue_entry')
    const statements: ((sql: Sql) => Promise<unknown>)[] = [
      (sql) => sql.rows(PICK, pickValues([{ workspaceId, runtimeId: queue.runtime.id, want: 4 }], false)),
      (sql) => refreshHeads(sql, keys),
      (sql) => loadTasks(sql, [[workspaceId, task.id]], keys),
      (sql) => sql.rows(ACTIVE_COUNTS, keyColumns([[workspaceId, queue.agent.id]])),
    ]
    for (const work of statements) {
      for (const { name, scanned, pages } of await explain(database, work)) {
        expect({ name, scanned }).toEqual({ name, scanned: [] })
        expect(pages, name).toBeLessThan(400)
      }
    }
  })
})
