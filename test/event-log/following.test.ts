import { afterAll, beforeAll, expect, it } from 'vitest'
import { readLog } from '../../src/event-log/read-log.js'
import type { StoredEvent } from '../../src/event-log/stored-event.js'
import { anAgent, aRuntime, ask, complete, enqueue, start } from '../support/daemon-steps.js'
import { makeWorld, serversBeside, workspaceBeside } from '../support/services.js'
import type { Servers, World } from '../support/services.js'
import { describePostgres } from '../support/test-database.js'

describePostgres('readers that follow the log while three servers write', (open) => {
  let world: World
  let servers: Servers

  beforeAll(async () => {
    const database = await open()
    world = await makeWorld(database)
    servers = serversBeside(world, database.connectionString, 3)
  })

  afterAll(() => servers.close())

  it('get every event of their workspace once, and no others', async () => {
    const beside = await workspaceBeside(world)
    let writing = true
    const follow = async ({ services, caller }: World, page: number): Promise<StoredEvent[]> => {
      const seen: StoredEvent[] = []
      for (;;) {
        const over = !writing
        const events = await readLog(services.database.sql, caller.workspaceId, seen.at(-1)?.position ?? '0', page)
        seen.push(...events)
        if (over && events.length === 0) return seen
      }
    }
    const write = async (server: World, caller: World['caller']): Promise<void> => {
      const mine = { ...server, caller }
      const runtime = await aRuntime(mine)
      const agent = await anAgent(mine, runtime, { maxConcurrentTasks: 9 })
      await Promise.all(Array.from({ length: 25 }, (_, n) => enqueue(mine, agent, { issueKey: `ISSUE-${n % 9}` })))
      for (let n = 0; n < 6; n++) {
        const { claims } = await ask(mine, runtime, { max: 4 })
        await Promise.all(claims.map((held) => start(mine, held).then(() => complete(mine, held))))
      }
    }
    const readers = [follow(world, 1000), follow(servers.worlds[0] ?? world, 7), follow(beside, 50)]
    await Promise.all(
      servers.worlds.flatMap((server) => [write(server, world.caller), write(server, beside.caller)]),
    ).finally(() => (writing = false))
    for (const [n, reader] of readers.entries()) {
      const seen = await reader
      const { workspaceId } = n === 2 ? beside.caller : world.caller
      expect(seen.map(({ position }) => Number(position))).toEqual(seen.map((_, index) => index + 1))
      expect(new Set(seen.map((event) => event.workspaceId))).toEqual(new Set([workspaceId]))
      expect(seen.length).toBeGreaterThan(200)
    }
  })
})
