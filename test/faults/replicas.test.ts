import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { expect, it } from 'vitest'
import type { ServerProcess } from '../support/server-process.js'
import { ADMIN_TOKEN, startServer } from '../support/server-process.js'
import { freePort } from '../support/free-port.js'
import { describePostgres } from '../support/test-database.js'
import { Refusal, insist } from './restless-client.js'

const SERVERS = 3
const DAEMONS = 50
/** How long servers and PostgreSQL are killed. REPLICAS_SECONDS makes it longer. */
const CHAOS_SECONDS = Number(process.env['REPLICAS_SECONDS'] ?? 60)
const VERIFY = fileURLToPath(new URL('../../dist/cli/verify.js', import.meta.url))

const CLAIM = `mutation ($input: ClaimTaskInput!) { claimTask(input: $input) {
  ... on TaskClaim { claimToken replayed task { id } } ... on NoTaskAvailable { reasons } } }`
const START = `mutation ($input: StartTaskInput!) { startTask(input: $input) { task { id } } }`
const PIN = `mutation ($input: PinTaskSessionInput!) { pinTaskSession(input: $input) { accepted } }`
const COMPLETE = `mutation ($input: CompleteTaskInput!) { completeTask(input: $input) { task { status } } }`
const ENQUEUE = `mutation ($input: EnqueueTaskInput!) { enqueueTask(input: $input) { task { id } } }`

interface Claimed {
  claimTask: { claimToken: string; replayed: boolean; task: { id: string } } | { reasons: string[] }
}

describePostgres('three servers and fifty daemons on one PostgreSQL, killed at random', (open) => {
  it(`lose no task, hand none out twice, and leave a log that verifies (${CHAOS_SECONDS} s)`, async () => {
    const { connectionString } = await open()
    const env = {
      DATABASE_URL: connectionString,
      BATON_ADMIN_TOKEN: ADMIN_TOKEN,
      BATON_CLAIM_LEASE_SECONDS: '4',
      BATON_RUN_LEASE_SECONDS: '4',
      BATON_SWEEP_INTERVAL_MS: '500',
      BATON_LOG_LEVEL: 'fatal',
    }
    const ports = await Promise.all(Array.from({ length: SERVERS }, freePort))
    const urls = ports.map((port) => `http://127.0.0.1:${port}`)
    const start = (port: number): Promise<ServerProcess> => startServer({ env: { ...env, PORT: String(port) } })
    const servers = await Promise.all(ports.map(start))

    const fleet = await Promise.all(Array.from({ length: DAEMONS }, (_, n) => register(urls, n)))
    const completions = new Map<string, number>()
    const tokens = new Map<string, string>()
    let producing = true
    let working = true
    const enqueued: string[] = []

    const producer = (async () => {
      for (let n = 0; producing; n++) {
        const { agentId } = fleet[n % fleet.length] ?? { agentId: '' }
        const input = { agentId, issueKey: `K-${n % 400}`, prompt: 'Work.', maxAttempts: 20, requestId: `enqueue-${n}` }
        const answer = await insist<{ enqueueTask: { task: { id: string } } }>(urls, ADMIN_TOKEN, ENQUEUE, { input })
        enqueued.push(answer.enqueueTask.task.id)
        await sleep(10)
      }
    })()

    const daemons = fleet.map(async ({ runtimeId, secret }, n) => {
      for (let round = 0; working; round++) {
        const input = { runtimeId, waitSeconds: 2, requestId: `claim-${n}-${round}` }
        const { claimTask } = await insist<Claimed>(urls, secret, CLAIM, { input })
        if ('reasons' in claimTask) continue
        const { claimToken, task } = claimTask
        // A token is one claim's: no two claims, and no two daemons, are ever given the same.
        expect(tokens.get(claimToken) ?? `${n}`).toBe(`${n}`)
        tokens.set(claimToken, `${n}`)
        const held = { taskId: task.id, claimToken }
        try {
          await insist(urls, secret, START, { input: held })
          await insist(urls, secret, PIN, { input: { ...held, sessionId: `s-${n}-${round}` } })
          await insist(urls, secret, COMPLETE, { input: held })
          completions.set(task.id, (completions.get(task.id) ?? 0) + 1)
        } catch (error) {
          // Fenced: the lease ran out while no server answered. Somebody else has the task, or its retry.
          if (!(error instanceof Refusal)) throw error
        }
      }
    })

    const kills = await chaos(servers, ports, start, connectionString)
    producing = false
    await producer
    await expect.poll(() => waiting(connectionString), { timeout: 120_000, interval: 500 }).toBe(0)
    working = false
    await Promise.all(daemons)

    expect([...completions.values()].filter((count) => count !== 1)).toEqual([])
    const ended = await endings(connectionString)
    for (const id of enqueued) expect(ended.get(id), id).toBeDefined()
    expect(kills.servers).toBeGreaterThan(0)
    expect(kills.database).toBeGreaterThan(0)
    console.log(
      `${enqueued.length} tasks enqueued, ${completions.size} completed, ${kills.servers} servers killed, PostgreSQL crashed ${kills.database} times`,
    )
    const { stdout } = await promisify(execFile)(process.execPath, [VERIFY], {
      env: { PATH: process.env['PATH'], DATABASE_URL: connectionString },
    })
    expect(stdout).toMatch(/cross-runtime resumes 0\.[\s\S]*Every promise holds\./)
    await Promise.all(servers.map((server) => server.stop()))
  })
})

async function register(
  urls: readonly string[],
  n: number,
): Promise<{ runtimeId: string; secret: string; agentId: string }> {
  const daemonId = `daemon-${n}`
  const { registerRuntime } = await insist<{ registerRuntime: { runtime: { id: string } } }>(
    urls,
    ADMIN_TOKEN,
    `mutation ($id: String!) { registerRuntime(input: { daemonId: $id, provider: "fake" }) { runtime { id } } }`,
    { id: daemonId },
  )
  const runtimeId = registerRuntime.runtime.id
  const { createAgent } = await insist<{ createAgent: { agent: { id: string } } }>(
    urls,
    ADMIN_TOKEN,
    `mutation ($input: CreateAgentInput!) { createAgent(input: $input) { agent { id } } }`,
    { input: { name: daemonId, runtimeId, requestId: `agent-${n}` } },
  )
  const { createToken } = await insist<{ createToken: { secret: string } }>(
    urls,
    ADMIN_TOKEN,
    `mutation ($id: String!) { createToken(input: { name: $id, kind: DAEMON, daemonId: $id }) { secret } }`,
    { id: daemonId },
  )
  return { runtimeId, secret: createToken.secret, agentId: createAgent.agent.id }
}

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

/** Tasks that did not end yet. */
async function waiting(connectionString: string): Promise<number> {
  const [row] = await rowsOf<{ n: number }>(
    connectionString,
    `SELECT count(*)::int AS n FROM task WHERE status IN ('QUEUED', 'CLAIMED', 'RUNNING')`,
  )
  return row?.n ?? -1
}

/** Each ended task's status. A task that had ended twice would not verify. */
async function endings(connectionString: string): Promise<Map<string, string>> {
  const rows = await rowsOf<{ id: string; status: string }>(
    connectionString,
    `SELECT id, status FROM task WHERE status IN ('COMPLETED', 'FAILED', 'CANCELLED')`,
  )
  return new Map(rows.map(({ id, status }) => [id, status]))
}

async function rowsOf<Row extends object>(connectionString: string, text: string): Promise<Row[]> {
  const client = new Client({ connectionString })
  await client.connect()
  try {
    return (await client.query<Row>(text)).rows
  } finally {
    await client.end()
  }
}
