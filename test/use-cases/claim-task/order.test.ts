import { beforeAll, beforeEach, expect, it } from 'vitest'
import type { Agent, Runtime } from '../../../src/generated/prisma/client.js'
import { releaseTask } from '../../../src/use-cases/release-task.js'
import { sweep } from '../../../src/use-cases/sweep.js'
import { updateAgent } from '../../../src/use-cases/update-agent.js'
import {
  aChat,
  anAgent,
  aRuntime,
  ask,
  claim,
  complete,
  enqueue,
  noTask,
  run,
  say,
} from '../../support/daemon-steps.js'
import { expectSound } from '../../support/invariants.js'
import { makeWorld } from '../../support/services.js'
import type { World } from '../../support/services.js'
import { forEachDatabase } from '../../support/test-database.js'

forEachDatabase((open) => {
  let world: World
  let runtime: Runtime
  let agent: Agent

  beforeAll(async () => {
    world = await makeWorld(await open())
  })

  beforeEach(async () => {
    runtime = await aRuntime(world)
    agent = await anAgent(world, runtime, { maxConcurrentTasks: 20 })
  })

  const in10s = () => new Date(world.clock.now().getTime() + 10_000)
  const claimedIds = async (count: number) => {
    const ids: string[] = []
    for (let n = 0; n < count; n++) ids.push((await claim(world, runtime)).task.id)
    return ids
  }

  it('the task with the highest priority comes first, and the oldest of equals', async () => {
    const low = await enqueue(world, agent, { priority: -1 })
    const first = await enqueue(world, agent)
    const second = await enqueue(world, agent)
    const high = await enqueue(world, await anAgent(world, runtime), { priority: 5 })
    expect(await claimedIds(4)).toEqual([high, first, second, low].map(({ id }) => id))
  })

  it('a claim of several tasks gets them in the same order', async () => {
    const tasks = [await enqueue(world, agent, { priority: 1 }), await enqueue(world, agent, { priority: 3 })]
    tasks.push(await enqueue(world, agent, { priority: 2 }), await enqueue(world, agent))
    const { claims } = await ask(world, runtime, { max: 3, mutation: 'claimTasks' })
    expect(claims.map(({ task }) => task.priority)).toEqual([3, 2, 1])
  })

  it('the tasks of many agents come in one order, within each agent’s limit', async () => {
    const agents = await Promise.all(
      [1, 2, 20, 20, 20, 20, 20, 20].map((maxConcurrentTasks) => anAgent(world, runtime, { maxConcurrentTasks })),
    )
    const tasks: { id: string; agent: number }[] = []
    for (let n = 0; n < 3; n++) {
      for (const [index, owner] of agents.entries()) {
        tasks.push({ id: (await enqueue(world, owner)).id, agent: index })
      }
    }
    const allowed = tasks.filter(({ agent: index }, n) => n < 8 * ([1, 2][index] ?? 3)).map(({ id }) => id)
    const got: string[] = []
    for (const max of [1, 10, 100]) {
      const { claims } = await ask(world, runtime, { max, mutation: 'claimTasks' })
      got.push(...claims.map(({ task }) => task.id))
      expect(got).toEqual(allowed.slice(0, got.length))
    }
    expect(got).toHaveLength(allowed.length)
  })

  it('a runtime gets only its own tasks, even after its agent has moved', async () => {
    const other = await aRuntime(world)
    const before = await enqueue(world, agent)
    await updateAgent(world.services, world.caller, { agentId: agent.id, runtimeId: other.id })
    const after = await enqueue(world, agent)
    expect((await claim(world, other)).task.id).toBe(after.id)
    expect(await noTask(world, other)).toEqual(['QUEUE_EMPTY'])
    expect((await claim(world, runtime)).task.id).toBe(before.id)
  })

  it('a claim for several runtimes gets the first task of all of them', async () => {
    const other = await aRuntime(world)
    const elsewhere = await anAgent(world, other)
    await enqueue(world, agent)
    const best = await enqueue(world, elsewhere, { priority: 1 })
    const { claims } = await ask(world, runtime, { runtimeIds: [runtime.id, other.id], mutation: 'claimTasks' })
    expect(claims.map(({ task }) => task.id)).toEqual([best.id])
  })

  it('a scheduled task waits for its time, and then has the place of its age', async () => {
    const scheduled = await enqueue(world, agent, { availableAt: in10s() })
    const later = await enqueue(world, agent)
    expect(await claimedIds(1)).toEqual([later.id])
    expect(await noTask(world, runtime)).toEqual(['NOT_YET_AVAILABLE'])
    const newer = await enqueue(world, agent)
    world.clock.pass(10)
    expect((await sweep(world.services)).promoted).toBe(1)
    expect(await claimedIds(2)).toEqual([scheduled.id, newer.id])
  })

  it('a scheduled task is handed out when it is due, even without a sweep', async () => {
    const scheduled = await enqueue(world, agent, { availableAt: in10s() })
    expect((await ask(world, runtime)).noTask).toEqual({ reasons: ['NOT_YET_AVAILABLE'], retryAfterSeconds: 5 })
    world.clock.pass(8)
    expect((await ask(world, runtime)).noTask?.retryAfterSeconds).toBe(2)
    world.clock.pass(2)
    expect(await claimedIds(1)).toEqual([scheduled.id])
  })

  it('the tasks of a conversation come one at a time, the highest priority first', async () => {
    const chat = await aChat(world, agent)
    const first = await say(world, chat)
    const held = await run(world, runtime)
    const normal = await say(world, chat)
    const urgent = await say(world, chat, { priority: 9 })
    expect(held.task.id).toBe(first.id)
    expect(await noTask(world, runtime)).toEqual(['CONVERSATION_BUSY'])
    await complete(world, held)
    const second = await run(world, runtime)
    expect(second.task.id).toBe(urgent.id)
    await complete(world, second)
    expect(await claimedIds(1)).toEqual([normal.id])
  })

  it('a released task is the oldest again', async () => {
    const first = await enqueue(world, agent)
    const second = await enqueue(world, agent)
    const held = await claim(world, runtime)
    await releaseTask(world.services, world.caller, { taskId: held.task.id, claimToken: held.claimToken })
    expect(await claimedIds(2)).toEqual([first.id, second.id])
    await expectSound(world.services.database)
  })

  it('a claim’s answer has the prompt or the messages of the task', async () => {
    await enqueue(world, agent, { prompt: 'Fix it.', metadata: { a: 1 } })
    expect((await claim(world, runtime)).content).toMatchObject({ prompt: 'Fix it.', metadata: { a: 1 } })
    await say(world, await aChat(world, agent), { content: 'Hello.' })
    expect((await claim(world, runtime)).input.map(({ content }) => content)).toEqual(['Hello.'])
  })
})
