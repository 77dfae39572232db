import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, expect, it } from 'vitest'
import { Fleet } from '../faults/fleet.js'
import { EVERY_PROMISE_HOLDS, verifyOutput } from '../faults/verify-command.js'
import { textAt } from '../support/graphql.js'
import { requestGraphQL } from '../support/graphql-request.js'
import { ADMIN_TOKEN, startServer, written } from '../support/server-process.js'
import type { ServerProcess } from '../support/server-process.js'
import { describePostgres } from '../support/test-database.js'
import { wrongClock } from '../support/wrong-clock.js'

/** By how much one server's clock is wrong: more than a claim's lease. */
const SKEW_SECONDS = 90
const TASKS = 60

describePostgres('two servers on one PostgreSQL, one of them with a clock that is 90 s ahead', (open) => {
  let connectionString: string
  let right: ServerProcess
  let ahead: ServerProcess

  beforeAll(async () => {
    connectionString = (await open()).connectionString
    const env = { BATON_ADMIN_TOKEN: ADMIN_TOKEN, BATON_SWEEP_INTERVAL_MS: '100', DATABASE_URL: connectionString }
    right = await startServer({ env })
    ahead = await startServer({ env: { ...env, ...wrongClock(SKEW_SECONDS) } })
  })

  async function ask(server: ServerProcess, query: string, token = ADMIN_TOKEN): Promise<unknown> {
    const { data, errors } = await requestGraphQL(server.url, token, query)
    expect(errors).toEqual([])
    return data
  }

  async function metric({ url }: ServerProcess, name: string): Promise<number> {
    const answer = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${ADMIN_TOKEN}` } })
    return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(await answer.text())?.[1] ?? NaN)
  }

  /** Until the server has looked for what has expired, from the beginning of a look to its end. */
  async function swept(server: ServerProcess): Promise<void> {
    const before = await metric(server, 'baton_sweep_seconds_count')
    while ((await metric(server, 'baton_sweep_seconds_count')) < before + 2) await sleep(50)
  }

  it('the one with the wrong clock reports it with the difference', async () => {
    await written(ahead, /clock is (89\.[5-9]|90\.[0-5]) s ahead of the database's/)
    await swept(right)
    expect(right.output.stdout + right.output.stderr).not.toMatch(/clock/)
  })

  it('leases and scheduled times of one are valid for the other', async () => {
    const daemon = await Fleet.daemon([right.url], 'waits')
    await ask(
      right,
      `mutation { enqueueTask(input: { agentId: "${daemon.agentId}", issueKey: "K", prompt: "Work." }) { task { id } } }`,
    )
    const claim = `mutation { claimTask(input: { runtimeId: "${daemon.runtimeId}" }) {
      ... on TaskClaim { claimToken task { id } } } }`
    const claimed = await ask(right, claim, daemon.secret)
    await swept(ahead)
    const held = `taskId: "${textAt(claimed, 'claimTask.task.id')}", claimToken: "${textAt(claimed, 'claimTask.claimToken')}"`
    await ask(ahead, `mutation { startTask(input: { ${held} }) { task { status } } }`, daemon.secret)
    await swept(right)
    const done = await ask(right, `mutation { completeTask(input: { ${held} }) { task { attempt } } }`, daemon.secret)
    expect(done).toMatchObject({ completeTask: { task: { attempt: 1 } } })
    for (const reader of [right, ahead]) {
      const { runtimes } = (await ask(reader, '{ runtimes { nodes { status } } }')) as {
        runtimes: { nodes: { status: string }[] }
      }
      expect(runtimes.nodes).toEqual(runtimes.nodes.map(() => ({ status: 'ONLINE' })))
    }
  })

  it('a token for one minute is valid for one minute at both', async () => {
    for (const [maker, user] of [
      [right, ahead],
      [ahead, right],
    ] as const) {
      const make = `mutation { createToken(input: { name: "short", kind: VIEWER, expiresInSeconds: 60 }) { secret token { createdAt expiresAt } } }`
      const made = await ask(maker, make)
      const left = Date.parse(textAt(made, 'createToken.token.expiresAt')) - Date.now()
      expect(left).toBeGreaterThan(0)
      expect(left).toBeLessThanOrEqual(61_000)
      await ask(user, '{ viewer { kind } }', textAt(made, 'createToken.secret'))
    }
  })

  it('lists are in the order of creation, whichever server created the rows', async () => {
    const { agentId } = await Fleet.daemon([right.url], 'talks')
    const makers = [ahead, right, ahead, right]
    for (const [n, server] of makers.entries()) {
      await ask(
        server,
        `mutation { createChatSession(input: { agentId: "${agentId}", title: "${n}" }) { chatSession { id } } }`,
      )
    }
    const list = await ask(right, `{ chatSessions(filter: { agentId: "${agentId}" }) { nodes { title } } }`)
    expect(list).toEqual({ chatSessions: { nodes: ['3', '2', '1', '0'].map((title) => ({ title })) } })
  })

  it('under load no lease expires, nothing is lost or handed out twice, and the log verifies', async () => {
    const expired = await metric(ahead, 'baton_leases_expired_total')
    const fleet = await Fleet.register([right.url, ahead.url], { daemons: 10, pauseMs: 5 })
    fleet.start()
    while (fleet.completed.size < TASKS) await sleep(50)
    await fleet.finish()
    expect(await fleet.lost()).toEqual([])
    expect(fleet.completed.size).toBe(fleet.enqueued.length)
    expect((await metric(ahead, 'baton_leases_expired_total')) - expired).toBe(0)
    expect(await metric(right, 'baton_leases_expired_total')).toBe(0)
    expect(await verifyOutput({ connectionString })).toMatch(EVERY_PROMISE_HOLDS)
  })
})
