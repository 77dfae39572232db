import { beforeAll, beforeEach, expect, it } from 'vitest'
import type { Agent, Runtime, Task } from '../../../src/generated/prisma/client.js'
import { newId } from '../../../src/database/ids.js'
import { enqueuedEvent } from '../../../src/tasks/enqueued-event.js'
import { cancelTask } from '../../../src/use-cases/cancel-task.js'
import { releaseTask } from '../../../src/use-cases/release-task.js'
import { sweep } from '../../../src/use-cases/sweep.js'
import { updateAgent } from '../../../src/use-cases/update-agent.js'
import { aChat, anAgent, aRuntime, claim, complete, enqueue } from '../../support/daemon-steps.js'
import { fail, noTask, run, say } from '../../support/daemon-steps.js'
import type { Held } from '../../support/daemon-steps.js'
import { expectSound } from '../../support/invariants.js'
import { makeWorld } from '../../support/services.js'
import type { World } from '../../support/services.js'
import { forEachDatabase } from '../../support/test-database.js'

const NETWORK = { failureReason: 'provider_network', error: 'fetch failed' }

forEachDatabase((open) => {
  let world: World
  let runtime: Runtime
  let agent: Agent
  let chat: { id: string }

  beforeAll(async () => {
    world = await makeWorld(await open())
  })

  beforeEach(async () => {
    runtime = await aRuntime(world)
    agent = await anAgent(world, runtime)
    chat = await aChat(world, agent)
  })

  /** A first turn that failed twice of the network: its second retry waits for five seconds. */
  async function aRetryThatWaits(input: { priority?: number } = {}): Promise<{ turn: Task; retry: Task }> {
    const turn = await say(world, chat, input)
    await fail(world, await run(world, runtime), NETWORK)
    const { retry } = await fail(world, await run(world, runtime), NETWORK)
    if (retry === null) throw new Error('There is no retry.')
    return { turn, retry }
  }

  async function completeNext(on: Runtime = runtime): Promise<string> {
    const held = await run(world, on)
    await complete(world, held)
    return held.task.id
  }

  const release = ({ task, claimToken }: Held) =>
    releaseTask(world.services, world.caller, { taskId: task.id, claimToken })

  it('messages that are sent while a retry waits run after it, in their order', async () => {
    const { retry } = await aRetryThatWaits()
    const second = await say(world, chat)
    const third = await say(world, chat)
    expect(await noTask(world, runtime)).toEqual(['NOT_YET_AVAILABLE', 'CONVERSATION_BUSY'])
    await expectSound(world.services.database)
    world.clock.pass(5)
    expect([await completeNext(), await completeNext(), await completeNext()]).toEqual([retry.id, second.id, third.id])
    await expectSound(world.services.database)
  })

  it('a message with a higher priority does not overtake the retry of an earlier turn', async () => {
    const { retry } = await aRetryThatWaits()
    const urgent = await say(world, chat, { priority: 9 })
    expect(await noTask(world, runtime)).toEqual(['NOT_YET_AVAILABLE', 'CONVERSATION_BUSY'])
    world.clock.pass(5)
    expect([await completeNext(), await completeNext()]).toEqual([retry.id, urgent.id])
  })

  it('issue work does not overtake the retry of an earlier task either', async () => {
    const issue = { issueKey: newId('issue') }
    await enqueue(world, agent, issue)
    const held = await run(world, runtime)
    const urgent = await enqueue(world, agent, { ...issue, priority: 9 })
    const { retry } = await fail(world, held, { failureReason: 'timeout' })
    expect([await completeNext(), await completeNext()]).toEqual([retry?.id, urgent.id])
  })

  it('work that was enqueued before the turn may run before its retry', async () => {
    const earlier = await say(world, chat, { priority: 0 })
    await aRetryThatWaits({ priority: 5 })
    await say(world, chat)
    expect(await completeNext()).toBe(earlier.id)
    expect(await noTask(world, runtime)).toEqual(['NOT_YET_AVAILABLE', 'CONVERSATION_BUSY'])
    await expectSound(world.services.database)
  })

  it('a retry of a retry keeps the place of the first', async () => {
    await say(world, chat)
    const held = await run(world, runtime)
    await say(world, chat, { priority: 9 })
    await fail(world, held, NETWORK)
    await say(world, chat, { priority: 9 })
    const { retry } = await fail(world, await run(world, runtime), NETWORK)
    expect(retry?.attempt).toBe(3)
    expect(await noTask(world, runtime)).toEqual(['NOT_YET_AVAILABLE', 'CONVERSATION_BUSY'])
    world.clock.pass(5)
    expect((await claim(world, runtime)).task.id).toBe(retry?.id)
    await expectSound(world.services.database)
  })

  it('a released retry keeps its place', async () => {
    const { retry } = await aRetryThatWaits()
    await say(world, chat, { priority: 9 })
    world.clock.pass(5)
    await release(await claim(world, runtime))
    await expectSound(world.services.database)
    expect((await claim(world, runtime)).task.id).toBe(retry.id)
    world.clock.pass(world.services.timers.claimLease)
    await sweep(world.services)
    await expectSound(world.services.database)
    expect((await claim(world, runtime)).task.id).toBe(retry.id)
  })

  it('a released task comes before later ones again', async () => {
    const first = await say(world, chat)
    const held = await claim(world, runtime)
    await say(world, chat)
    await release(held)
    await claim(world, runtime)
    world.clock.pass(world.services.timers.claimLease)
    await sweep(world.services)
    expect((await claim(world, runtime)).task.id).toBe(first.id)
    await expectSound(world.services.database)
  })

  it('the new runtime of an agent waits for a retry on the old one', async () => {
    const { retry } = await aRetryThatWaits()
    const other = await aRuntime(world)
    await updateAgent(world.services, world.caller, { agentId: agent.id, runtimeId: other.id })
    const second = await say(world, chat)
    expect(await noTask(world, other)).toEqual(['CONVERSATION_BUSY'])
    world.clock.pass(5)
    expect(await noTask(world, other)).toEqual(['CONVERSATION_BUSY'])
    await expectSound(world.services.database)
    expect(await completeNext()).toBe(retry.id)
    expect(await completeNext(other)).toBe(second.id)
  })

  it('the new runtime continues once the retry is moved there or cancelled', async () => {
    const { retry } = await aRetryThatWaits()
    const other = await aRuntime(world)
    const { services, caller } = world
    await updateAgent(services, caller, { agentId: agent.id, runtimeId: other.id })
    const second = await say(world, chat)
    await updateAgent(services, caller, { agentId: agent.id, retargetQueuedTasks: true })
    expect(await noTask(world, other)).toEqual(['NOT_YET_AVAILABLE', 'CONVERSATION_BUSY'])
    await cancelTask(services, caller, { taskId: retry.id })
    expect(await completeNext(other)).toBe(second.id)
    await expectSound(services.database)
  })

  it('the log gives the order of a conversation, not ids from several clocks', async () => {
    const [later, earlier] = [newId('task'), newId('task')].toReversed() as [string, string]
    for (const taskId of [later, earlier]) {
      await world.services.conversations.submit({
        workspaceId: world.caller.workspaceId,
        actor: world.caller.tokenId,
        target: { conversationId: chat.id },
        decide: ({ now }) => ({
          events: [
            enqueuedEvent({
              taskId,
              runtimeId: runtime.id,
              kind: 'CHAT',
              agentId: agent.id,
              priority: 2,
              attempt: 1,
              maxAttempts: 2,
              retryOf: null,
              rerunOf: null,
              forceFreshSession: false,
              forceFreshWorkDir: false,
              availableAt: now.toISOString(),
              inputMessageIds: [],
            }),
          ],
          answer: {},
        }),
      })
    }
    expect([await completeNext(), await completeNext()]).toEqual([later, earlier])
  })
})
