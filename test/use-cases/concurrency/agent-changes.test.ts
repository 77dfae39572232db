import { afterAll, beforeAll, expect, it } from 'vitest'
import { statement } from '../../../src/database/sql.js'
import type { Task } from '../../../src/generated/prisma/client.js'
import { archiveAgent } from '../../../src/use-cases/archive-agent.js'
import { deregisterRuntime } from '../../../src/use-cases/deregister-runtime.js'
import { enqueueTask } from '../../../src/use-cases/enqueue-task.js'
import { failTask } from '../../../src/use-cases/fail-task.js'
import { updateAgent } from '../../../src/use-cases/update-agent.js'
import { anAgent, aRuntime, ask, enqueue, run } from '../../support/daemon-steps.js'
import { expectSound } from '../../support/invariants.js'
import { codeOf, makeWorld, serversBeside } from '../../support/services.js'
import type { Servers, World } from '../../support/services.js'
import { describePostgres } from '../../support/test-database.js'

const TASKS = statement('test_tasks_of_agent', `SELECT * FROM task WHERE "agentId" = $1 ORDER BY id`)
const HELD = statement(
  'test_held_by_runtime',
  `SELECT "taskId" FROM dispatch WHERE "runtimeId" = $1 AND state = 'HELD'`,
)

describePostgres('changes of agents and runtimes while three servers work for them', (open) => {
  let world: World
  let servers: Servers

  beforeAll(async () => {
    const database = await open()
    world = await makeWorld(database)
    servers = serversBeside(world, database.connectionString, 3)
  })

  afterAll(() => servers.close())

  const server = (n: number): World => servers.worlds[n % 3] ?? world
  const tasksOf = (agentId: string) => world.services.database.sql.rows<Task>(TASKS, [agentId])

  function enqueueMany(agentId: string, count: number) {
    return Array.from({ length: count }, (_, n) => {
      const { services, caller } = server(n)
      return enqueueTask(services, caller, { agentId, issueKey: `ISSUE-${n % 7}`, prompt: 'Fix it.' })
    })
  }

  it('after an agent is archived, none of its tasks waits, even with concurrent enqueues', async () => {
    for (let round = 0; round < 6; round++) {
      const agent = await anAgent(world, await aRuntime(world))
      const enqueued = enqueueMany(agent.id, 12)
      const archived = archiveAgent(server(round).services, world.caller, { agentId: agent.id })
      const outcomes = await Promise.all([...enqueued, ...enqueueMany(agent.id, 12)])
      expect(codeOf(await archived)).toBe('ACCEPTED')
      const tasks = await tasksOf(agent.id)
      expect(tasks).toHaveLength(outcomes.filter(({ ok }) => ok).length)
      expect(tasks.filter(({ status }) => status !== 'CANCELLED')).toEqual([])
    }
    await expectSound(world.services.database)
  })

  it('a failure of an archived agent’s run is not retried', async () => {
    const runtime = await aRuntime(world)
    const agent = await anAgent(world, runtime)
    await enqueue(world, agent)
    const held = await run(world, runtime)
    await archiveAgent(world.services, world.caller, { agentId: agent.id })
    const key = { taskId: held.task.id, claimToken: held.claimToken }
    await failTask(world.services, world.caller, { ...key, failureReason: 'timeout', error: 'Too slow.' })
    expect((await tasksOf(agent.id)).map(({ status }) => status)).toEqual(['FAILED'])
  })

  it('after an agent is moved with its queue, none of its tasks waits elsewhere', async () => {
    for (let round = 0; round < 6; round++) {
      const [from, to] = [await aRuntime(world), await aRuntime(world)]
      const agent = await anAgent(world, from)
      const input = { agentId: agent.id, runtimeId: to.id, retargetQueuedTasks: true }
      const enqueued = enqueueMany(agent.id, 12)
      const moved = updateAgent(server(round).services, world.caller, input)
      await Promise.all([...enqueued, ...enqueueMany(agent.id, 12), moved])
      const tasks = await tasksOf(agent.id)
      expect(tasks).toHaveLength(24)
      expect(tasks.filter(({ runtimeId }) => runtimeId !== to.id)).toEqual([])
    }
    await expectSound(world.services.database)
  })

  it('after two concurrent moves of an agent, its queue is on the agent’s runtime', async () => {
    for (let round = 0; round < 4; round++) {
      const [from, one, two] = [await aRuntime(world), await aRuntime(world), await aRuntime(world)]
      const agent = await anAgent(world, from)
      await Promise.all(enqueueMany(agent.id, 12))
      const move = (n: number, runtimeId: string) =>
        updateAgent(server(n).services, world.caller, { agentId: agent.id, runtimeId, retargetQueuedTasks: true })
      await Promise.all([move(0, one.id), move(1, two.id), move(2, one.id)])
      const [now] = await world.services.database.sql.rows<{ runtimeId: string }>(
        statement('test_agent_runtime', 'SELECT "runtimeId" FROM agent WHERE id = $1'),
        [agent.id],
      )
      expect(new Set((await tasksOf(agent.id)).map(({ runtimeId }) => runtimeId))).toEqual(new Set([now?.runtimeId]))
    }
    await expectSound(world.services.database)
  })

  it('after a runtime is deregistered, it holds no task and gets none', async () => {
    for (let round = 0; round < 8; round++) {
      const runtime = await aRuntime(world)
      const agent = await anAgent(world, runtime, { maxConcurrentTasks: 50 })
      await Promise.all(Array.from({ length: 12 }, () => enqueue(world, agent, { maxAttempts: 1 })))
      const claims = Array.from({ length: 12 }, (_, n) => ask(server(n), runtime))
      const [outcome] = await Promise.all([
        deregisterRuntime(server(round).services, world.caller, { runtimeId: runtime.id }),
        ...claims,
      ])
      expect(codeOf(outcome)).toBe('ACCEPTED')
      expect(await world.services.database.sql.rows(HELD, [runtime.id])).toEqual([])
    }
    await expectSound(world.services.database)
  })
})
