import { Client } from 'pg'
import { expect, it } from 'vitest'
import { onSide } from '../support/foreign-settings.js'
import { textAt } from '../support/graphql.js'
import { requestGraphQL } from '../support/graphql-request.js'
import { ADMIN_TOKEN, startServer } from '../support/server-process.js'
import type { ServerProcess } from '../support/server-process.js'
import { describePostgres } from '../support/test-database.js'
import { ownerOfDatabase } from '../support/test-role.js'

const LIMIT = 5
const READS = 96
const PATIENCE_MS = 40_000
const WRITES = 48

async function rowsOf(connectionString: string, query: string): Promise<unknown[]> {
  const client = new Client({ connectionString })
  await client.connect()
  const { rows } = await client.query<object>(query)
  await client.end()
  return rows
}

const times = <T>(count: number, make: (n: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, n) => make(n)))

describePostgres('a role that may have five connections', (open) => {
  const once = async ({ url }: ServerProcess, query: string): Promise<unknown> => {
    const { data, errors } = await requestGraphQL(url, ADMIN_TOKEN, query)
    return errors.length === 0 ? data : errors
  }
  /** As a client does that is told to come back: on a busy machine a call may wait too long for its turn. */
  const ask = async (server: ServerProcess, query: string): Promise<unknown> => {
    const until = performance.now() + PATIENCE_MS
    for (;;) {
      const answer = await once(server, query)
      if (!JSON.stringify(answer).includes('UNAVAILABLE') || performance.now() > until) return answer
    }
  }
  const READ = '{ runtimes { nodes { daemonId } } agents { nodes { name } } chatSessions { nodes { title } } }'

  async function writerOf(server: ServerProcess): Promise<(n: number) => Promise<unknown>> {
    const runtime = await ask(
      server,
      'mutation { registerRuntime(input: { daemonId: "laptop", provider: "claude" }) { runtime { id } } }',
    )
    const runtimeId = textAt(runtime, 'registerRuntime.runtime.id')
    const agent = await ask(
      server,
      `mutation { createAgent(input: { name: "Ada", runtimeId: "${runtimeId}" }) { agent { id } } }`,
    )
    const agentId = textAt(agent, 'createAgent.agent.id')
    return (n) =>
      ask(
        server,
        `mutation { enqueueTask(input: { agentId: "${agentId}", issueKey: "K-${n}", prompt: "P" }) { task { status } } }`,
      )
  }
  const written = Array.from({ length: WRITES }, () => ({ enqueueTask: { task: { status: 'QUEUED' } } }))

  it('is enough for a server with that setting: reads and writes run side by side', async () => {
    const { own, admin, role, name } = await ownerOfDatabase(await open(), `CONNECTION LIMIT ${LIMIT}`)
    const env = { DATABASE_URL: own, BATON_ADMIN_TOKEN: ADMIN_TOKEN, BATON_DATABASE_CONNECTIONS: `${LIMIT}` }
    const server = await startServer({ env })
    const write = await writerOf(server)
    const observer = new Client({ connectionString: admin })
    await observer.connect()
    const connections = async (): Promise<number> => {
      const { rows } = await observer.query<{ n: number }>(
        'SELECT count(*)::int AS n FROM pg_stat_activity WHERE usename = $1 AND datname = $2',
        [role, name],
      )
      return rows[0]?.n ?? NaN
    }
    for (let round = 0; round < 3; round++) {
      const [reads, writes, seen] = await Promise.all([
        times(READS, () => ask(server, READ)),
        times(WRITES, (n) => write(round * WRITES + n)),
        times(10, connections),
      ])
      expect(reads).toMatchObject(reads.map(() => ({ runtimes: { nodes: [{ daemonId: 'laptop' }] } })))
      expect(writes).toEqual(written)
      expect(Math.max(...seen)).toBeLessThanOrEqual(LIMIT)
    }
    await observer.end()
    expect(server.output.stdout + server.output.stderr).not.toMatch(/53300|allows this role/)
  })

  it('serves a server with a larger setting, and reads recover after a load of writes', async () => {
    const { own } = await ownerOfDatabase(await open(), `CONNECTION LIMIT ${LIMIT}`)
    const server = await startServer({ env: { DATABASE_URL: own, BATON_ADMIN_TOKEN: ADMIN_TOKEN } })
    expect(server.output.stdout).toContain('Set BATON_DATABASE_CONNECTIONS to 5 or less')
    const write = await writerOf(server)
    let loaded = true
    const load = times(16, async (n) => {
      while (loaded) await write(n)
    })
    await times(READS, () => once(server, READ))
    loaded = false
    await load
    const reads = await times(READS, () => ask(server, READ))
    expect(reads).toMatchObject(reads.map(() => ({ runtimes: { nodes: [{ daemonId: 'laptop' }] } })))
    expect(await times(WRITES, (n) => write(1_000 + n))).toEqual(written)
  })

  it('is shared with another server that takes some connections and returns them', async () => {
    const { own, admin, role } = await ownerOfDatabase(await open(), `CONNECTION LIMIT ${LIMIT}`)
    const env = { DATABASE_URL: own, BATON_ADMIN_TOKEN: ADMIN_TOKEN, BATON_DATABASE_CONNECTIONS: `${LIMIT}` }
    const server = await startServer({ env })
    const write = await writerOf(server)
    await onSide(admin, `ALTER ROLE ${role} CONNECTION LIMIT 3`)
    await onSide(admin, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '${role}'`)
    await expect.poll(() => write(0), { timeout: 30_000 }).toEqual(written[0])
    let loaded = true
    const load = times(8, async (n) => {
      while (loaded) await Promise.all([write(n), ask(server, READ)])
    })
    const listeners = `SELECT FROM pg_stat_activity WHERE usename = '${role}' AND application_name = 'baton-listen'`
    await expect.poll(() => rowsOf(admin, listeners), { timeout: 60_000 }).toHaveLength(1)
    loaded = false
    await load
    const [reads, writes] = await Promise.all([times(READS, () => ask(server, READ)), times(WRITES, write)])
    expect(reads).toMatchObject(reads.map(() => ({ runtimes: { nodes: [{ daemonId: 'laptop' }] } })))
    expect(writes).toEqual(written)
  })
})
