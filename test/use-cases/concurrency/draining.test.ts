import { afterAll, beforeAll, expect, it } from 'vitest'
import { statement } from '../../../src/database/sql.js'
import { aChat, anAgent, aRuntime, ask, complete, enqueue, say, start } from '../../support/daemon-steps.js'
import { expectSound } from '../../support/invariants.js'
import { makeWorld, serversBeside } from '../../support/services.js'
import type { Servers, World } from '../../support/services.js'
import { describePostgres } from '../../support/test-database.js'

const QUEUED = statement(
  'test_queued',
  `SELECT count(*)::int AS n FROM task WHERE status = 'QUEUED' AND "workspaceId" = $1`,
)

async function queued({ services, caller }: World): Promise<number> {
  const [row] = await services.database.sql.rows<{ n: number }>(QUEUED, [caller.workspaceId])
  return row?.n ?? -1
}

const twice = <T>(list: readonly T[]): T[] => [...list, ...list]

describePostgres('workers of four servers draining one queue', (open) => {
  let world: World
  let servers: Servers

  beforeAll(async () => {
    const database = await open()
    world = await makeWorld(database)
    servers = serversBeside(world, database.connectionString, 4)
  })

  afterAll(() => servers.close())

  it('claim each task once, and get an empty answer only when nothing is left to claim', async () => {
    const runtime = await aRuntime(world)
    const agent = await anAgent(world, runtime, { maxConcurrentTasks: 1000 })
    const tasks = await Promise.all(Array.from({ length: 120 }, () => enqueue(world, agent)))
    const claimed: string[] = []
    const leftWhenToldEmpty: number[] = []
    const worker = async (server: World): Promise<void> => {
      for (;;) {
        const { claims, noTask } = await ask(server, runtime)
        claimed.push(...claims.map(({ task }) => task.id))
        if (noTask === null) continue
        expect(noTask.reasons).toEqual(['QUEUE_EMPTY'])
        leftWhenToldEmpty.push(await queued(server))
        return
      }
    }
    await Promise.all(twice(servers.worlds).map(worker))
    expect(claimed.toSorted()).toEqual(tasks.map(({ id }) => id).toSorted())
    expect(leftWhenToldEmpty).toEqual(leftWhenToldEmpty.map(() => 0))
    await expectSound(world.services.database)
  })

  it('never hold more tasks of an agent than its limit, and never two tasks of a conversation', async () => {
    const runtime = await aRuntime(world)
    const agents = await Promise.all([1, 2, 5].map((max) => anAgent(world, runtime, { maxConcurrentTasks: max })))
    for (const agent of agents) {
      const chat = await aChat(world, agent)
      await Promise.all(Array.from({ length: 8 }, () => say(world, chat)))
      await Promise.all(Array.from({ length: 12 }, (_, n) => enqueue(world, agent, { issueKey: `ISSUE-${n % 4}` })))
    }
    let done = 0
    const worker = async (server: World): Promise<void> => {
      while (done < 60) {
        for (const held of (await ask(server, runtime, { max: 3 })).claims) {
          await start(server, held)
          await complete(server, held)
          done += 1
        }
      }
    }
    await Promise.all(twice(servers.worlds).map(worker))
    expect(await queued(world)).toBe(0)
    await expectSound(world.services.database)
  })

  it('fill an agent exactly to its limit, in any order of claims', async () => {
    const runtime = await aRuntime(world)
    const agent = await anAgent(world, runtime, { maxConcurrentTasks: 5 })
    await Promise.all(Array.from({ length: 30 }, () => enqueue(world, agent)))
    const answers = await Promise.all(twice(twice(servers.worlds)).map((server) => ask(server, runtime)))
    expect(answers.flatMap(({ claims }) => claims)).toHaveLength(5)
    for (const { noTask } of answers.filter(({ claims }) => claims.length === 0)) {
      expect(noTask?.reasons).toEqual(['AGENT_AT_CAPACITY'])
    }
    await expectSound(world.services.database)
  })
})
