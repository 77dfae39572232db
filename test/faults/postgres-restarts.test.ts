import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { hasEnded } from '../support/child-process-end.js'
import { requestGraphQL } from '../support/graphql-request.js'
import { ADMIN_TOKEN, startServer } from '../support/server-process.js'
import { Fleet } from './fleet.js'
import { ownPostgres } from './own-postgres.js'
import { SHORT_LEASES } from './short-leases.js'
import { counts } from './size.js'
import { EVERY_PROMISE_HOLDS, verifyOutput } from './verify-command.js'

const RESTARTS = counts(10, 1)

it.each([
  ['crashes', 'SIGQUIT'],
  ['is restarted in good order', 'SIGINT'],
] as const)(
  `when PostgreSQL %s under load (${RESTARTS} times), calls get a retryable error, and the server recovers without help`,
  async (_how, signal) => {
    const cluster = await ownPostgres()
    try {
      const { connectionString } = cluster
      const server = await startServer({ env: { ...SHORT_LEASES, DATABASE_URL: connectionString } })
      const fleet = await Fleet.register([server.url], { daemons: 12, pauseMs: 10 })
      fleet.start()
      const read = () => requestGraphQL(server.url, ADMIN_TOKEN, '{ runtimes { nodes { id } } }')
      const write = () =>
        requestGraphQL(
          server.url,
          ADMIN_TOKEN,
          'mutation { registerRuntime(input: { daemonId: "daemon-0", provider: "fake" }) { runtime { id } } }',
        )
      for (let restart = 0; restart < RESTARTS; restart++) {
        const before = fleet.completed.size
        while (fleet.completed.size < before + 5) await sleep(20)
        await cluster.halt(signal)
        for (const ask of [read, write]) {
          const { status, errors } = await ask()
          expect([status, errors[0]?.extensions]).toMatchObject([
            503,
            { code: 'UNAVAILABLE', retryable: true, retryAfterSeconds: 1 },
          ])
        }
        await sleep(500)
        await cluster.resume()
        await expect.poll(read, { timeout: 20_000 }).toMatchObject({ status: 200, errors: [] })
      }
      await fleet.finish()
      expect(await fleet.lost()).toEqual([])
      expect(fleet.completed.size).toBeGreaterThan(0)
      expect(hasEnded(server.child)).toBe(false)
      expect(await server.stop()).toBe(0)
      expect(await verifyOutput({ connectionString })).toMatch(EVERY_PROMISE_HOLDS)
    } finally {
      await cluster.stop()
    }
  },
)
