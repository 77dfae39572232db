import { expect, it } from 'vitest'
import { readConfig } from '../../src/server/settings/config.js'
import { openLog } from '../../src/server/observing/log.js'
import { openRateLimitStore } from '../../src/server/access/rate-limit-store.js'
import { RateLimits } from '../../src/server/access/rate-limits.js'
import { ADMIN_TOKEN, startServer } from '../support/server-process.js'
import type { ServerProcess } from '../support/server-process.js'
import { describePostgres } from '../support/test-database.js'

const RATE = 2

/** As many as the connections that count: a request that waits too long for one is counted by its server alone. */
const AT_ONCE = 4

async function answered({ url }: ServerProcess, times: number): Promise<number> {
  const ask = () =>
    fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${ADMIN_TOKEN}` },
      body: '{"query":"{ viewer { kind } }"}',
    })
  const statuses: number[] = []
  const inTurn = async () => {
    for (let n = 0; n < times / AT_ONCE; n += 1) {
      const response = await ask()
      await response.body?.cancel()
      statuses.push(response.status)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, inTurn))
  return statuses.filter((status) => status === 200).length
}

describePostgres('requests counted in the database', (open) => {
  it('give two servers together the limit of one', async () => {
    const env = {
      DATABASE_URL: (await open()).connectionString,
      BATON_ADMIN_TOKEN: ADMIN_TOKEN,
      BATON_RATE_LIMIT_OTHERS: String(RATE),
      BATON_RATE_LIMIT_STORE: 'postgres',
    }
    const [one, other] = [await startServer({ env }), await startServer({ env })]
    const burst = RATE * 10
    const since = performance.now()
    const [first, second] = [await answered(one, burst * 2), await answered(other, burst * 2)]
    const seconds = Math.ceil((performance.now() - since) / 1000)
    expect(first).toBeGreaterThanOrEqual(burst)
    // The steady rate goes on meanwhile; a budget of its own would let the second server answer as many again.
    expect(first + second).toBeLessThanOrEqual(burst + RATE * seconds)
  })

  it('use the same time windows on a server whose clock is ahead', async () => {
    const { connectionString, sql } = await open()
    const shared = { now: () => new Date(Date.now() - 90_000) }
    const settings = { rateLimitStore: 'postgres', databaseUrl: connectionString, databaseConnections: 17 } as const
    const store = openRateLimitStore(settings, { schema: 'public' }, shared, openLog('silent'))
    const limits = new RateLimits({ rateLimitDaemon: 1, rateLimitOthers: 1, rateLimitFailures: 1 }, store)
    await limits.request(null, 'an address')
    await limits.request(null, 'an address')
    const [row] = await sql.rows<{ expire: string }>({ name: '', text: 'SELECT max(expire) AS expire FROM rate_limit' })
    const seconds = (Number(row?.expire) - shared.now().getTime()) / 1000
    await store?.end()
    expect(seconds).toBeGreaterThan(0)
    expect(seconds).toBeLessThanOrEqual(60)
  })
})

it('the embedded database counts for one server', () => {
  const read = readConfig({ BATON_RATE_LIMIT_STORE: 'postgres' })
  expect(read).toEqual({ ok: false, problems: [expect.stringContaining('needs DATABASE_URL')] })
})
