import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import type { Agent, Runtime } from '../../../src/generated/prisma/client.js'
import { cancelTask } from '../../../src/use-cases/cancel-task.js'
import { anAgent, aRuntime, ask, enqueue } from '../../support/daemon-steps.js'
import { makeWorld, serversBeside, valueOf } from '../../support/services.js'
import type { Servers, World } from '../../support/services.js'
import { describePostgres } from '../../support/test-database.js'

const LOCKS = {
  'the conversations': 'SELECT FROM conversation FOR UPDATE',
  'what waits': 'SELECT FROM dispatch FOR UPDATE',
  'every other conversation': `SELECT FROM conversation WHERE id IN
     (SELECT id FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM conversation) c WHERE n % 2 = 0) FOR UPDATE`,
  'the agents': 'SELECT FROM agent FOR UPDATE',
  "the log's head": 'SELECT FROM log_head FOR UPDATE',
}

describePostgres('while another transaction holds locks for a while', (open) => {
  let world: World
  let servers: Servers
  let side: Client
  let runtime: Runtime
  let agent: Agent

  beforeAll(async () => {
    const database = await open()
    world = await makeWorld(database)
    servers = serversBeside(world, database.connectionString, 3)
    side = new Client({ connectionString: database.connectionString })
    await side.connect()
  })

  beforeEach(async () => {
    runtime = await aRuntime(world)
    agent = await anAgent(world, runtime, { maxConcurrentTasks: 100 })
  })

  afterAll(async () => {
    await side.end()
    await servers.close()
  })

  for (const [what, lock] of Object.entries(LOCKS)) {
    it(`no claim gets an empty answer if the transaction holds ${what}`, async () => {
      await Promise.all(Array.from({ length: 12 }, () => enqueue(world, agent)))
      await side.query('BEGIN')
      await side.query(lock)
      const answers = Promise.all(
        Array.from({ length: 12 }, (_, n) =>
          ask(servers.worlds[n % 3] ?? world, runtime, { requestId: `${what} ${n}` }),
        ),
      )
      await sleep(150)
      await side.query('ROLLBACK')
      const claimed = (await answers).flatMap(({ claims }) => claims.map(({ task }) => task.id))
      expect(new Set(claimed).size).toBe(12)
    })
  }

  it('a concurrently cancelled task is not handed out', async () => {
    const task = await enqueue(world, agent)
    await side.query('BEGIN')
    await side.query('SELECT FROM conversation FOR UPDATE')
    await side.query('DELETE FROM dispatch WHERE "taskId" = $1', [task.id])
    const answer = ask(world, runtime)
    await sleep(50)
    await side.query('COMMIT')
    expect((await answer).noTask?.reasons).toEqual(['QUEUE_EMPTY'])
    // The log is told, too.
    valueOf(await cancelTask(world.services, world.caller, { taskId: task.id }))
  })
})
