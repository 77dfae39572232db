import { beforeAll, expect, it } from 'vitest'
import type { Finding } from '../../../src/event-log/verify/finding.js'
import { verifyLog } from '../../../src/event-log/verify/verify-log.js'
import { actAtRandom, aPlayground, dice } from '../../support/random-work.js'
import type { PostgresDatabase } from '../../support/postgres-database.js'
import { makeWorld, serversBeside } from '../../support/services.js'
import type { World } from '../../support/services.js'
import { describePostgres } from '../../support/test-database.js'

/** Acts of each of the writers below. Enough to keep them writing through many proofs. */
const ACTS = 120

describePostgres('PostgreSQL, verified while servers write', (open) => {
  let database: PostgresDatabase
  let world: World

  beforeAll(async () => {
    database = await open()
    world = await makeWorld(database)
  })

  it('has no findings in any run, and each run sees more events than the one before', async () => {
    const ground = await aPlayground(world)
    const servers = serversBeside(world, database.connectionString, 2)
    const findings: Finding[] = []
    const seen: number[] = []
    let writing = true
    const write = Promise.all(
      servers.worlds.map(async (server, index) => {
        const roll = dice(index + 1)
        for (let act = 0; act < ACTS; act++) await actAtRandom(server, ground, roll)
      }),
    ).finally(() => {
      writing = false
    })
    while (writing) {
      const tally = await verifyLog(database, { report: (one) => findings.push(one) })
      seen.push(tally.events)
    }
    await write
    await servers.close()
    expect(findings).toEqual([])
    expect(seen).toEqual(seen.toSorted((a, b) => a - b))
    expect(new Set(seen).size).toBeGreaterThan(2)
  })
})
