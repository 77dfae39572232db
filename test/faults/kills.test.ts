import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { freePort } from '../support/free-port.js'
import { startServer } from '../support/server-process.js'
import { describePostgres } from '../support/test-database.js'
import { Fleet } from './fleet.js'
import { SHORT_LEASES } from './short-leases.js'
import { counts } from './size.js'
import { EVERY_PROMISE_HOLDS, verifyOutput } from './verify-command.js'

const KILLS = counts(50, 4)
const DAEMONS = 12
/** For what hangs: on a busy machine a start takes ten seconds and more, and the end with its proof some minutes. */
const TIMEOUT_MS = KILLS * 20_000 + 300_000

/**
 * Kills the server in the middle of its work again and again, and holds what it acknowledged against what is there.
 * Returns its data directory.
 */
async function killAgainAndAgain(settings: Record<string, string> = {}): Promise<string> {
  const port = await freePort()
  const urls = [`http://127.0.0.1:${port}`]
  const env = { ...SHORT_LEASES, ...settings, PORT: String(port) }
  let server = await startServer({ env })
  const { dataDirectory } = server
  const fleet = await Fleet.register(urls, { daemons: DAEMONS, pauseMs: 5 })
  fleet.start()
  for (let kill = 0; kill < KILLS; kill++) {
    const before = fleet.completed.size
    // Killed at work, not at its start: at some moment after it has completed something. On average every daemon has had its
    // turn by then: one whose calls always fall to the next start would seem to get no answer at all.
    const enough = before + Math.ceil(Math.random() * 2 * DAEMONS)
    while (fleet.completed.size < enough) await sleep(10)
    await sleep(Math.random() * 500)
    await server.stop('SIGKILL')
    server = await startServer({ env, dataDirectory })
  }
  await fleet.finish()
  expect(await fleet.lost()).toEqual([])
  expect(fleet.completed.size).toBeGreaterThan(KILLS)
  expect(await server.stop()).toBe(0)
  return dataDirectory
}

describe('a server that is killed in the middle of its work', { timeout: TIMEOUT_MS }, () => {
  it(`on the embedded database: nothing acknowledged is lost, nothing is handed out twice (${KILLS} times)`, async () => {
    const dataDirectory = await killAgainAndAgain()
    expect(await verifyOutput({ dataDirectory })).toMatch(EVERY_PROMISE_HOLDS)
  })
})

describePostgres('a server that is killed in the middle of its work, PostgreSQL', (open) => {
  it(
    `nothing acknowledged is lost, nothing is handed out twice (${KILLS} times)`,
    { timeout: TIMEOUT_MS },
    async () => {
      const { connectionString } = await open()
      await killAgainAndAgain({ DATABASE_URL: connectionString })
      expect(await verifyOutput({ connectionString })).toMatch(EVERY_PROMISE_HOLDS)
    },
  )
})
