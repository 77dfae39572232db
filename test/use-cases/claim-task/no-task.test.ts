import { beforeAll, beforeEach, expect, it } from 'vitest'
import type { Agent, Runtime } from '../../../src/generated/prisma/client.js'
import { deregisterRuntime } from '../../../src/use-cases/deregister-runtime.js'
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
import { makeWorld } from '../../support/services.js'
import type { World } from '../../support/services.js'
import { describePostgres } from '../../support/test-database.js'

describePostgres('an empty answer to a claim has', (open) => {
  let world: World
  let runtime: Runtime
  let agent: Agent

  beforeAll(async () => {
    world = await makeWorld(await open())
  })

  beforeEach(async () => {
    runtime = await aRuntime(world)
    agent = await anAgent(world, runtime, { maxConcurrentTasks: 1 })
  })

  const later = (seconds: number) => new Date(world.clock.now().getTime() + seconds * 1000)

  it('QUEUE_EMPTY if nothing waits, with five seconds until the next claim', async () => {
    expect((await ask(world, runtime)).noTask).toEqual({ reasons: ['QUEUE_EMPTY'], retryAfterSeconds: 5 })
  })

  it('AGENT_AT_CAPACITY if the agent is at its limit', async () => {
    await enqueue(world, agent)
    await enqueue(world, agent)
    const held = await run(world, runtime)
    expect(await noTask(world, runtime)).toEqual(['AGENT_AT_CAPACITY'])
    await complete(world, held)
    await claim(world, runtime)
  })

  it('AGENT_AT_CAPACITY if the agent is at its limit on another runtime', async () => {
    const other = await aRuntime(world)
    await enqueue(world, agent)
    await claim(world, runtime)
    await updateAgent(world.services, world.caller, { agentId: agent.id, runtimeId: other.id })
    await enqueue(world, agent)
    expect(await noTask(world, other)).toEqual(['AGENT_AT_CAPACITY'])
  })

  it('RUNTIME_DEREGISTERED, even if tasks wait', async () => {
    await enqueue(world, agent)
    await deregisterRuntime(world.services, world.caller, { runtimeId: runtime.id })
    expect(await noTask(world, runtime)).toEqual(['RUNTIME_DEREGISTERED'])
    await aRuntime(world, { daemonId: runtime.daemonId })
    await claim(world, runtime)
  })

  it('every reason that applies', async () => {
    const busy = await anAgent(world, runtime, { maxConcurrentTasks: 6 })
    const chat = await aChat(world, busy)
    await say(world, chat)
    await claim(world, runtime)
    await say(world, chat)
    await enqueue(world, agent)
    await claim(world, runtime)
    await enqueue(world, agent)
    await enqueue(world, busy, { availableAt: later(3) })
    const asked = await ask(world, runtime)
    expect(asked.noTask?.reasons.toSorted()).toEqual(['AGENT_AT_CAPACITY', 'CONVERSATION_BUSY', 'NOT_YET_AVAILABLE'])
    expect(asked.noTask?.retryAfterSeconds).toBe(3)
  })

  it('the reasons of all its runtimes', async () => {
    const gone = await aRuntime(world)
    await deregisterRuntime(world.services, world.caller, { runtimeId: gone.id })
    await enqueue(world, agent, { availableAt: later(60) })
    const asked = await ask(world, runtime, { runtimeIds: [runtime.id, gone.id], mutation: 'claimTasks' })
    expect(asked.noTask?.reasons.toSorted()).toEqual(['NOT_YET_AVAILABLE', 'RUNTIME_DEREGISTERED'])
  })
})
