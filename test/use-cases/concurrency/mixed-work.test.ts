import { afterAll, beforeAll, expect, it } from 'vitest'
import { expectSound } from '../../support/invariants.js'
import { actAtRandom, aPlayground, dice } from '../../support/random-work.js'
import { makeWorld, serversBeside } from '../../support/services.js'
import type { Servers, World } from '../../support/services.js'
import { describePostgres } from '../../support/test-database.js'

const SERVERS = 3
const CLIENTS_OF_EACH = 8
const ACTS_OF_EACH = 125

describePostgres('three servers under mixed work', (open) => {
  let world: World
  let servers: Servers

  beforeAll(async () => {
    const database = await open()
    world = await makeWorld(database, { queueTtl: 120 })
    servers = serversBeside(world, database.connectionString, SERVERS)
  })

  afterAll(() => servers.close())

  it('keep every invariant and never deadlock', { timeout: 120_000 }, async () => {
    const ground = await aPlayground(world)
    const clients = servers.worlds.flatMap((server, s) =>
      Array.from({ length: CLIENTS_OF_EACH }, async (_, c) => {
        const roll = dice(1000 * s + c + 7)
        for (let n = 0; n < ACTS_OF_EACH; n++) await actAtRandom(server, ground, roll)
      }),
    )
    await Promise.all(clients)
    expect.soft(servers.failures.filter((failure) => !/^(23505|AppendConflict):/.test(failure))).toEqual([])
    await expectSound(world.services.database)
  })
})
