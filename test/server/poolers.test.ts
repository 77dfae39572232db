import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, it } from 'vitest'
import { Fleet } from '../faults/fleet.js'
import { EVERY_PROMISE_HOLDS, verifyOutput } from '../faults/verify-command.js'
import { describeWherePossible } from '../support/describe-where-possible.js'
import { textAt } from '../support/graphql.js'
import { requestGraphQL } from '../support/graphql-request.js'
import { noPooler, startPooler } from '../support/pgbouncer.js'
import type { Pooler, PoolerOptions } from '../support/pgbouncer.js'
import { ADMIN_TOKEN, startInVain, startServer } from '../support/server-process.js'
import { describePostgres } from '../support/test-database.js'

const TASKS = 40

describeWherePossible(noPooler, 'through a pooler', () => {
  describePostgres('PostgreSQL', (open) => {
    const poolers: Pooler[] = []
    afterAll(async () => {
      await Promise.all(poolers.map((pooler) => pooler.stop()))
    })

    async function pooled(connectionString: string, options: PoolerOptions): Promise<string> {
      const pooler = await startPooler(connectionString, options)
      poolers.push(pooler)
      return pooler.connectionString
    }

    it('works in session mode: claims, waiting daemons over two servers, the log', async () => {
      const { connectionString } = await open()
      const env = { BATON_ADMIN_TOKEN: ADMIN_TOKEN, DATABASE_URL: await pooled(connectionString, { mode: 'session' }) }
      const [one, other] = [await startServer({ env }), await startServer({ env })]
      const waiting = await Fleet.daemon([one.url], 'waits')
      const claim = `mutation { claimTask(input: { runtimeId: "${waiting.runtimeId}", waitSeconds: 30 }) { __typename } }`
      const claimed = requestGraphQL(one.url, waiting.secret, claim)
      const enqueue = `mutation { enqueueTask(input: { agentId: "${waiting.agentId}", issueKey: "K", prompt: "P" }) { task { id } } }`
      await requestGraphQL(other.url, ADMIN_TOKEN, enqueue)
      expect(textAt((await claimed).data, 'claimTask.__typename')).toBe('TaskClaim')

      const fleet = await Fleet.register([one.url, other.url], { daemons: 4, pauseMs: 5 })
      fleet.start()
      while (fleet.completed.size < TASKS) await sleep(50)
      // The task that waited is held to the end.
      await fleet.finish(() => fleet.completed.size === fleet.enqueued.length)
      expect(await fleet.lost()).toEqual([])
      expect(await Promise.all([one.stop(), other.stop()])).toEqual([0, 0])
      expect(await verifyOutput({ connectionString })).toMatch(EVERY_PROMISE_HOLDS)
    })

    it.each<[string, PoolerOptions, string]>([
      [
        'in transaction mode',
        { mode: 'transaction' },
        'for one transaction at a time. Let DATABASE_URL name a pool in session',
      ],
      ['in transaction mode with one to lend', { mode: 'transaction', size: 1 }, 'for one transaction at a time'],
      ['in statement mode', { mode: 'statement' }, 'for one transaction at a time'],
      ['with one to lend', { mode: 'session', size: 1 }, 'too few connections left to lend: a server needs 3'],
      ['with two to lend', { mode: 'session', size: 2 }, 'too few connections left to lend: a server needs 3'],
    ])('is refused %s, in one line that says what to do', async (_which, options, sentence) => {
      const { connectionString } = await open()
      const { child, output } = await startInVain({ env: { DATABASE_URL: await pooled(connectionString, options) } })
      expect(output.stderr.trimEnd().split('\n')).toEqual([expect.stringContaining(sentence)])
      expect(child.exitCode).toBe(1)
    })
  })
})
