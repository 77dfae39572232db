import { afterAll, beforeAll, expect, it } from 'vitest'
import { anAgent, aRuntime, ask, enqueue } from '../../support/daemon-steps.js'
import { expectSound } from '../../support/invariants.js'
import { makeWorld, serversBeside } from '../../support/services.js'
import type { Servers, World } from '../../support/services.js'
import { describePostgres } from '../../support/test-database.js'

describePostgres('several servers that open threads concurrently', (open) => {
  let world: World
  let servers: Servers

  beforeAll(async () => {
    const database = await open()
    world = await makeWorld(database)
    servers = serversBeside(world, database.connectionString, 3)
  })

  afterAll(() => servers.close())

  it('open the thread of an issue once, and lose no task', async () => {
    const agent = await anAgent(world, await aRuntime(world))
    const enqueued = Array.from({ length: 30 }, (_, n) =>
      enqueue(servers.worlds[n % 3] ?? world, agent, { issueKey: 'ISSUE-1' }),
    )
    const tasks = await Promise.all(enqueued)
    expect(new Set(tasks.map(({ id }) => id)).size).toBe(30)
    expect(new Set(tasks.map(({ conversationId }) => conversationId)).size).toBe(1)
    await expectSound(world.services.database)
  })

  it('never deadlock, with any order of issues', async () => {
    const agent = await anAgent(world, await aRuntime(world))
    for (let round = 0; round < 4; round++) {
      const keys = Array.from({ length: 20 }, (_, n) => `ISSUE-${round}-${n}`)
      const orders = [keys, keys.toReversed(), [...keys.slice(10), ...keys.slice(0, 10)]]
      await Promise.all(
        orders.flatMap((order, n) => order.map((issueKey) => enqueue(servers.worlds[n] ?? world, agent, { issueKey }))),
      )
    }
    expect(servers.failures.filter((failure) => failure.startsWith('40P01'))).toEqual([])
    await expectSound(world.services.database)
  })

  it('never deadlock with claims of the same agent', async () => {
    const runtime = await aRuntime(world)
    const agent = await anAgent(world, runtime, { maxConcurrentTasks: 1000 })
    const work = servers.worlds.flatMap((server, s) =>
      Array.from({ length: 40 }, async (_, n) => {
        await enqueue(server, agent, { issueKey: `ISSUE ${s} ${n}` })
        await ask(server, runtime)
      }),
    )
    await Promise.all(work)
    expect(servers.failures.filter((failure) => failure.startsWith('40P01'))).toEqual([])
    await expectSound(world.services.database)
  })
})
