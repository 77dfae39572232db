import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { freePort } from '../support/free-port.js'
import type { ServerProcess } from '../support/server-process.js'
import { emptyDirectory, startServer } from '../support/server-process.js'
import { describePostgres } from '../support/test-database.js'
import { Fleet } from './fleet.js'
import { SHORT_LEASES } from './short-leases.js'
import { counts } from './size.js'
import { EVERY_PROMISE_HOLDS, verifyOutput } from './verify-command.js'

const KILLS = counts(50, 4)

/** Kills the server in the middle of its work again and again, and holds what it acknowledged against what is there. */
async function killAgainAndAgain(start: (port: number) => Promise<ServerProcess>): Promise<void> {
  const port = await freePort()
  const urls = [`http://127.0.0.1:${port}`]
  let server = await start(port)
  const fleet = await Fleet.register(urls, { daemons: 12, pauseMs: 5 })
  fleet.start()
  for (let kill = 0; kill < KILLS; kill++) {
    const before = fleet.completed.size
    // Killed at work, not at its start: at some moment after it has completed something.
    while (fleet.completed.size === before) await sleep(10)
    await sleep(Math.random() * 500)
    await server.stop('SIGKILL')
    server = await start(port)
  }
  await fleet.finish()
  expect(await fleet.lost()).toEqual([])
  expect(fleet.completed.size).toBeGreaterThan(KILLS)
  expect(await server.stop()).toBe(0)
}

describe('a server that is killed in the middle of its work', () => {
  it(`on the embedded database: nothing acknowledged is lost, nothing is handed out twice (${KILLS} times)`, async () => {
    const dataDirectory = emptyDirectory()
    await killAgainAndAgain((port) => startServer({ dataDirectory, env: { ...SHORT_LEASES, PORT: String(port) } }))
    expect(await verifyOutput({ dataDirectory })).toMatch(EVERY_PROMISE_HOLDS)
  })
})

describePostgres('a server that is killed in the middle of its work, PostgreSQL', (open) => {
  it(`nothing acknowledged is lost, nothing is handed out twice (${KILLS} times)`, async () => {
    const { connectionString } = await open()
    const env = { ...SHORT_LEASES, DATABASE_URL: connectionString }
    await killAgainAndAgain((port) => startServer({ env: { ...env, PORT: String(port) } }))
    expect(await verifyOutput({ connectionString })).toMatch(EVERY_PROMISE_HOLDS)
  })
})
