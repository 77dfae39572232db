import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Agent, Runtime, Task } from '../../../src/generated/prisma/client.js'
import { archiveAgent } from '../../../src/use-cases/archive-agent.js'
import { cancelTask } from '../../../src/use-cases/cancel-task.js'
import { completeTask } from '../../../src/use-cases/complete-task.js'
import { deregisterRuntime } from '../../../src/use-cases/deregister-runtime.js'
import { heartbeat } from '../../../src/use-cases/heartbeat.js'
import { recoverOrphanedTasks } from '../../../src/use-cases/recover-orphaned-tasks.js'
import { releaseTask } from '../../../src/use-cases/release-task.js'
import { startTask } from '../../../src/use-cases/start-task.js'
import { sweep } from '../../../src/use-cases/sweep.js'
import { updateAgent } from '../../../src/use-cases/update-agent.js'
import { anAgent, aRuntime, ask, claim, enqueue, start, taskNow } from '../../support/daemon-steps.js'
import { expectSound } from '../../support/invariants.js'
import { codeOf, makeWorld, serversBeside, valueOf } from '../../support/services.js'
import type { Servers, World } from '../../support/services.js'
import { describePostgres } from '../../support/test-database.js'

interface Stage {
  runtime: Runtime
  other: Runtime
  agent: Agent
  key: { taskId: string; claimToken: string }
}

type Racer = (world: World, stage: Stage) => Promise<unknown>

const RACERS: Record<string, Racer> = {
  claim: (world, { runtime }) => ask(world, runtime, { max: 2 }),
  start: ({ services, caller }, { key }) => startTask(services, caller, key),
  complete: ({ services, caller }, { key }) => completeTask(services, caller, key),
  release: ({ services, caller }, { key }) => releaseTask(services, caller, key),
  cancel: ({ services, caller }, { key }) => cancelTask(services, caller, key),
  expiry: ({ services }) => sweep(services),
  heartbeat: ({ services, caller }, { key, runtime }) =>
    heartbeat(services, caller, { daemonId: runtime.daemonId, runtimeIds: [runtime.id], claims: [key] }),
  retarget: ({ services, caller }, { agent, other }) =>
    updateAgent(services, caller, { agentId: agent.id, runtimeId: other.id, retargetQueuedTasks: true }),
  archive: ({ services, caller }, { agent }) => archiveAgent(services, caller, { agentId: agent.id }),
  recovery: ({ services, caller }, { runtime }) =>
    recoverOrphanedTasks(services, caller, { daemonId: runtime.daemonId }),
  deregistration: ({ services, caller }, { runtime }) => deregisterRuntime(services, caller, { runtimeId: runtime.id }),
}

const names = Object.keys(RACERS)
const PAIRS = names.flatMap((one, n) => names.slice(n + 1).map((other) => [one, other] as const))

describePostgres('calls about one task at three servers at once', (open) => {
  let world: World
  let servers: Servers

  beforeAll(async () => {
    const database = await open()
    world = await makeWorld(database)
    servers = serversBeside(world, database.connectionString, 3)
  })

  afterAll(() => servers.close())

  const server = (n: number): World => servers.worlds[n % 3] ?? world

  /** A task that is held, and three that wait: behind it, beside it and for later. */
  async function stage(started: boolean): Promise<Stage> {
    const runtime = await aRuntime(world)
    const other = await aRuntime(world)
    const agent = await anAgent(world, runtime, { maxConcurrentTasks: 2 })
    await enqueue(world, agent, { issueKey: 'ISSUE-1' })
    const held = await claim(world, runtime, { leaseSeconds: 10 })
    if (started) await start(world, held)
    await enqueue(world, agent, { issueKey: 'ISSUE-1' })
    await enqueue(world, agent)
    await enqueue(world, agent, { availableAt: new Date(world.clock.now().getTime() + 5_000) })
    return { runtime, other, agent, key: { taskId: held.task.id, claimToken: held.claimToken } }
  }

  it(`keep every invariant, for each of ${PAIRS.length} pairs`, { timeout: 90_000 }, async () => {
    const stages: Stage[] = []
    for (const [n] of PAIRS.entries()) stages.push(await stage(n % 2 === 0))
    world.clock.pass(11)
    await Promise.all(
      PAIRS.flatMap(([one, other], n) => {
        const where = stages[n]
        const race = async (name: string, from: World) => (where === undefined ? null : RACERS[name]?.(from, where))
        return [race(one, server(n)), race(other, server(n + 1))]
      }),
    )
    expect(servers.failures.filter((failure) => !/^(23505|AppendConflict):/.test(failure))).toEqual([])
    await expectSound(world.services.database)
  })

  it('a heartbeat and an expiry of one claim agree on who came first', async () => {
    for (let round = 0; round < 8; round++) {
      const { key, runtime } = await stage(false)
      world.clock.pass(11)
      const beat = { daemonId: runtime.daemonId, runtimeIds: [runtime.id], claims: [key] }
      const [answer] = await Promise.all([
        heartbeat(server(0).services, world.caller, beat).then(valueOf),
        sweep(server(1).services),
        sweep(server(2).services),
      ])
      const task = await taskNow(world, { id: key.taskId })
      expect([answer.claims[0]?.verdict, task.status]).toEqual(
        task.status === 'CLAIMED' ? ['HELD', 'CLAIMED'] : ['LOST', 'QUEUED'],
      )
    }
  })

  it('a heartbeat that meets a cancellation says HELD or CANCELLED, never LOST', async () => {
    const verdicts: (string | undefined)[] = []
    for (let round = 0; round < 12; round++) {
      const { key, runtime } = await stage(true)
      const beat = { daemonId: runtime.daemonId, runtimeIds: [runtime.id], claims: [key] }
      const [, answer] = await Promise.all([
        cancelTask(server(0).services, world.caller, key),
        heartbeat(server(1).services, world.caller, beat).then(valueOf),
      ])
      verdicts.push(answer.claims[0]?.verdict)
    }
    expect(verdicts.filter((verdict) => verdict !== 'HELD' && verdict !== 'CANCELLED')).toEqual([])
  })

  it('a cancellation and a completion: one wins, and the other gets the status', async () => {
    for (let round = 0; round < 8; round++) {
      const { key } = await stage(true)
      const [cancelled, completed] = await Promise.all([
        cancelTask(server(round).services, world.caller, key),
        completeTask(server(round + 1).services, world.caller, key),
      ])
      const task: Task = await taskNow(world, { id: key.taskId })
      expect([codeOf(cancelled), codeOf(completed), task.status]).toEqual(
        cancelled.ok
          ? ['ACCEPTED', 'ILLEGAL_TRANSITION', 'CANCELLED']
          : ['ILLEGAL_TRANSITION', 'ACCEPTED', 'COMPLETED'],
      )
    }
  })
})
