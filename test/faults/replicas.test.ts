import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { expect, it } from 'vitest'
import { hasEnded } from '../support/child-process-end.js'
import { freePort } from '../support/free-port.js'
import type { ServerProcess } from '../support/server-process.js'
import { startServer } from '../support/server-process.js'
import { wrongClock } from '../support/wrong-clock.js'
import { Fleet } from './fleet.js'
import { ownPostgres } from './own-postgres.js'
import { SHORT_LEASES } from './short-leases.js'
import { EVERY_PROMISE_HOLDS, verifyOutput } from './verify-command.js'

/** By how many seconds the clock of each server's machine is wrong: by more than any lease. */
const CLOCKS = [0, 0, 90]
const DAEMONS = 50
/** How long servers and PostgreSQL are killed. REPLICAS_SECONDS makes it longer. */
const CHAOS_SECONDS = Number(process.env['REPLICAS_SECONDS'] ?? 60)
/** Beyond the chaos, the fleet may take two minutes to end what is there, and each end is looked at. */
const LONGEST_MS = CHAOS_SECONDS * 1000 + 600_000

it(
  `three servers, one of them with a wrong clock, and fifty daemons on one PostgreSQL, all killed at random for ${CHAOS_SECONDS} s, lose no task, hand none out twice, and leave a log that verifies`,
  async () => {
    const cluster = await ownPostgres()
    try {
      const { connectionString } = cluster
      const env = { ...SHORT_LEASES, DATABASE_URL: connectionString }
      const ports = await Promise.all(CLOCKS.map(freePort))
      const urls = ports.map((port) => `http://127.0.0.1:${port}`)
      const start = (port: number): Promise<ServerProcess> => {
        const off = CLOCKS[ports.indexOf(port)] ?? 0
        return startServer({ env: { ...env, PORT: String(port), ...(off === 0 ? {} : wrongClock(off)) } })
      }
      const servers = await Promise.all(ports.map(start))

      const fleet = await Fleet.register(urls, { daemons: DAEMONS, pauseMs: 10 })
      fleet.start()
      const kills = await chaos(servers, ports, start, connectionString)
      await fleet.finish()
      console.log(
        `${fleet.enqueued.length} tasks enqueued, ${fleet.completed.size} completed, ${kills.servers} servers killed, ` +
          `PostgreSQL crashed ${kills.database} times`,
      )
      expect(await fleet.lost()).toEqual([])
      expect(fleet.completed.size).toBeGreaterThan(0)
      expect(kills.servers).toBeGreaterThan(0)
      expect(kills.database).toBeGreaterThan(0)
      // A server that a lost database takes along would be one that nobody here has killed.
      expect(servers.filter(({ child }) => hasEnded(child))).toEqual([])
      expect(await verifyOutput({ connectionString })).toMatch(EVERY_PROMISE_HOLDS)
      await Promise.all(servers.map((server) => server.stop()))
    } finally {
      await cluster.stop()
    }
  },
  LONGEST_MS,
)

/** Kills a server, or makes PostgreSQL crash and recover, every second or two. Killed servers come back. */
async function chaos(
  servers: ServerProcess[],
  ports: readonly number[],
  start: (port: number) => Promise<ServerProcess>,
  connectionString: string,
): Promise<{ servers: number; database: number }> {
  const kills = { servers: 0, database: 0 }
  const end = performance.now() + CHAOS_SECONDS * 1000
  for (let n = 1; performance.now() < end; n++) {
    await sleep(1_000 + Math.random() * 1_500)
    if (n % 3 === 1) {
      if (await crashPostgres(connectionString)) kills.database += 1
      continue
    }
    const victim = Math.floor(Math.random() * servers.length)
    await servers[victim]?.stop('SIGKILL')
    kills.servers += 1
    servers[victim] = await start(ports[victim] ?? 0)
  }
  return kills
}

/** A backend that is killed takes all others with it: PostgreSQL throws every connection out and recovers from its log. */
async function crashPostgres(connectionString: string): Promise<boolean> {
  const client = new Client({ connectionString })
  client.on('error', () => undefined)
  try {
    await client.connect()
    const { rows } = await client.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE application_name = 'baton' AND datname = current_database() LIMIT 1`,
    )
    const pid = rows[0]?.pid
    if (pid === undefined) return false
    process.kill(pid, 'SIGKILL')
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => undefined)
  }
}
