import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { hasEnded } from '../support/child-process-end.js'
import { describeWherePossible } from '../support/describe-where-possible.js'
import { requestGraphQL } from '../support/graphql-request.js'
import { ADMIN_TOKEN, startServer } from '../support/server-process.js'
import { Fleet } from './fleet.js'
import { ownPostgres } from './own-postgres.js'
import { SHORT_LEASES } from './short-leases.js'
import { smallDisk, whyNoSmallDisk } from './small-disk.js'
import { EVERY_PROMISE_HOLDS, verifyOutput } from './verify-command.js'

const MB = 1024 * 1024
/** A task with such a prompt needs room at once. */
const BIG_BYTES = 300_000

/** Gives out big tasks until one is refused; the code of that refusal. */
async function fillByWork(url: string): Promise<unknown> {
  const agents = await requestGraphQL(url, ADMIN_TOKEN, '{ agents(first: 1) { nodes { id } } }')
  const { id } = (agents.data as { agents: { nodes: { id: string }[] } }).agents.nodes[0] ?? { id: '' }
  for (let n = 0; n < 500; n++) {
    // Random: PostgreSQL would compress it otherwise.
    const prompt = randomBytes(BIG_BYTES).toString('base64url')
    const { errors } = await requestGraphQL(
      url,
      ADMIN_TOKEN,
      `mutation { enqueueTask(input: { agentId: "${id}", issueKey: "BIG-${n}", prompt: "${prompt}" }) { task { id } } }`,
    ).catch(() => ({ errors: [{ extensions: { code: 'NO_ANSWER' } }] }))
    if (errors.length > 0) return errors[0]?.extensions['code']
  }
  return 'the disk was never full'
}

describeWherePossible(whyNoSmallDisk(), 'a database that is full', () => {
  it('PostgreSQL: calls get a retryable error, nothing acknowledged is lost, and work continues once there is room', async () => {
    const disk = smallDisk(160)
    const cluster = await ownPostgres({ root: disk.directory })
    try {
      const { connectionString } = cluster
      const server = await startServer({ env: { ...SHORT_LEASES, DATABASE_URL: connectionString } })
      const fleet = await Fleet.register([server.url], { daemons: 6, pauseMs: 50 })
      fleet.start()
      while (fleet.completed.size < 10) await sleep(20)
      disk.fill(4 * MB)
      expect(await fillByWork(server.url)).toBe('UNAVAILABLE')
      await sleep(2_000)
      disk.makeRoom()
      // What an init system does: a PostgreSQL that had no room for its log has ended, and is started again.
      await cluster.resume()
      await fleet.finish()
      expect(await fleet.lost()).toEqual([])
      expect(hasEnded(server.child)).toBe(false)
      expect(await server.stop()).toBe(0)
      expect(await verifyOutput({ connectionString })).toMatch(EVERY_PROMISE_HOLDS)
    } finally {
      await cluster.stop()
      disk.remove()
    }
  })

  it('embedded: nothing acknowledged is lost, and work continues once there is room', async () => {
    const disk = smallDisk(160)
    try {
      const dataDirectory = join(disk.directory, 'data')
      const server = await startServer({ dataDirectory, env: SHORT_LEASES })
      const fleet = await Fleet.register([server.url], { daemons: 6, pauseMs: 50 })
      fleet.start()
      while (fleet.completed.size < 10) await sleep(20)
      disk.fill(4 * MB)
      expect(await fillByWork(server.url)).toBe('UNAVAILABLE')
      await sleep(2_000)
      disk.makeRoom()
      await fleet.finish()
      expect(await fleet.lost()).toEqual([])
      expect(hasEnded(server.child)).toBe(false)
      expect(await server.stop()).toBe(0)
      expect(await verifyOutput({ dataDirectory })).toMatch(EVERY_PROMISE_HOLDS)
    } finally {
      disk.remove()
    }
  })
})
