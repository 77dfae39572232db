import { afterAll, beforeAll, expect, it } from 'vitest'
import { statement } from '../../../src/database/sql.js'
import { sweep } from '../../../src/use-cases/sweep.js'
import { anAgent, aRuntime, ask, enqueue, start } from '../../support/daemon-steps.js'
import { expectSound } from '../../support/invariants.js'
import { makeWorld, serversBeside } from '../../support/services.js'
import type { Servers, World } from '../../support/services.js'
import { describePostgres } from '../../support/test-database.js'

const TYPES = statement(
  'test_count_types',
  `SELECT type, count(*)::int AS n FROM session_event WHERE type IN ('TASK_RELEASED', 'TASK_FAILED') GROUP BY type ORDER BY type`,
)

describePostgres('three servers that sweep concurrently', (open) => {
  let world: World
  let servers: Servers

  beforeAll(async () => {
    const database = await open()
    world = await makeWorld(database, { queueTtl: 1000 })
    servers = serversBeside(world, database.connectionString, 3)
  })

  afterAll(() => servers.close())

  const sweepAll = async () => {
    const swept = await Promise.all([...servers.worlds, ...servers.worlds].map(({ services }) => sweep(services)))
    return swept.reduce((sum, one) => ({
      expired: sum.expired + one.expired,
      promoted: sum.promoted + one.promoted,
      queueExpired: sum.queueExpired + one.queueExpired,
      recordsDeleted: sum.recordsDeleted + one.recordsDeleted,
    }))
  }

  it('do everything that is due exactly once', async () => {
    const runtime = await aRuntime(world)
    const agent = await anAgent(world, runtime, { maxConcurrentTasks: 100 })
    const later = new Date(world.clock.now().getTime() + 30_000)
    await Promise.all([
      ...Array.from({ length: 20 }, () => enqueue(world, agent, { maxAttempts: 1 })),
      ...Array.from({ length: 10 }, () => enqueue(world, agent, { availableAt: later })),
    ])
    const { claims } = await ask(world, runtime, {
      max: 20,
      requestId: 'kept',
      leaseSeconds: 10,
      mutation: 'claimTasks',
    })
    expect(claims).toHaveLength(20)
    await Promise.all(claims.slice(10).map((held) => start(world, held)))
    world.clock.pass(31)
    expect(await sweepAll()).toEqual({ expired: 20, promoted: 10, queueExpired: 0, recordsDeleted: 0 })
    expect(await world.services.database.sql.rows(TYPES)).toEqual([
      { type: 'TASK_FAILED', n: 10 },
      { type: 'TASK_RELEASED', n: 10 },
    ])
    world.clock.pass(1001)
    expect(await sweepAll()).toEqual({ expired: 0, promoted: 0, queueExpired: 20, recordsDeleted: 0 })
    world.clock.pass(49 * 3600)
    expect((await sweepAll()).recordsDeleted).toBe(1)
    await expectSound(world.services.database)
  })
})
