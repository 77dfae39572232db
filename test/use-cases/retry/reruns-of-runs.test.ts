import { beforeAll, beforeEach, expect, it } from 'vitest'
import type { Agent, Runtime, Task } from '../../../src/generated/prisma/client.js'
import { cancelTask } from '../../../src/use-cases/cancel-task.js'
import { recoverOrphanedTasks } from '../../../src/use-cases/recover-orphaned-tasks.js'
import { releaseTask } from '../../../src/use-cases/release-task.js'
import { rerunTask } from '../../../src/use-cases/rerun-task.js'
import { sweep } from '../../../src/use-cases/sweep.js'
import { updateAgent } from '../../../src/use-cases/update-agent.js'
import { aChat, anAgent, aRuntime, claim, complete, fail } from '../../support/daemon-steps.js'
import { noTask, pin, run, say, start, taskNow } from '../../support/daemon-steps.js'
import type { Held } from '../../support/daemon-steps.js'
import { expectSound } from '../../support/invariants.js'
import { makeWorld, valueOf } from '../../support/services.js'
import type { World } from '../../support/services.js'
import { forEachDatabase } from '../../support/test-database.js'

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

  async function rerun({ id }: { id: string }): Promise<Task> {
    return valueOf(await rerunTask(world.services, world.caller, { taskId: id })).task
  }

  const release = ({ task, claimToken }: Held) =>
    releaseTask(world.services, world.caller, { taskId: task.id, claimToken })

  it('the rerun of a running task waits for its end, and is offered its final session', async () => {
    await say(world, chat, { content: 'Do it.' })
    const held = await run(world, runtime)
    await pin(world, held, 'pinned')
    const again = await rerun(held.task)
    expect(again).toMatchObject({ rerunOf: held.task.id, status: 'QUEUED', attempt: 1 })
    expect(await noTask(world, runtime)).toEqual(['CONVERSATION_BUSY'])
    await complete(world, held, { sessionId: 'ended-in', workDir: '/ended-in' })
    const next = await claim(world, runtime)
    expect(next.task.id).toBe(again.id)
    expect(next.input.map(({ content }) => content)).toEqual(['Do it.'])
    expect(next.decision).toMatchObject({ outcome: 'RESUME', sessionId: 'ended-in', workDir: '/ended-in' })
    await expectSound(world.services.database)
  })

  it.each(['a claimed task', 'a run'])(
    '%s that fails with a queued rerun is not retried automatically',
    async (what) => {
      await say(world, chat)
      const held = what === 'a run' ? await run(world, runtime) : await claim(world, runtime)
      const again = await rerun(held.task)
      expect((await fail(world, held, { failureReason: 'provider_network' })).retry).toBeNull()
      expect((await claim(world, runtime)).task.id).toBe(again.id)
      expect(await noTask(world, runtime)).toEqual(['QUEUE_EMPTY'])
    },
  )

  it('a run with a queued rerun is not retried after a restart of its daemon or an expired lease', async () => {
    await say(world, chat)
    const orphan = await run(world, runtime)
    const second = await rerun(orphan.task)
    const outcome = await recoverOrphanedTasks(world.services, world.caller, { daemonId: runtime.daemonId })
    expect(valueOf(outcome)).toMatchObject({ failed: [{ id: orphan.task.id }], retries: [] })
    const silent = await run(world, runtime)
    expect(silent.task.id).toBe(second.id)
    const third = await rerun(silent.task)
    world.clock.pass(world.services.timers.runLease)
    await sweep(world.services)
    expect(await taskNow(world, silent.task)).toMatchObject({ status: 'FAILED', failureReason: 'timeout' })
    expect((await claim(world, runtime)).task.id).toBe(third.id)
    expect(await noTask(world, runtime)).toEqual(['QUEUE_EMPTY'])
  })

  it('a cancelled rerun does not replace the retry', async () => {
    await say(world, chat)
    const held = await run(world, runtime)
    const again = await rerun(held.task)
    await cancelTask(world.services, world.caller, { taskId: again.id })
    expect((await fail(world, held, { failureReason: 'timeout' })).retry).not.toBeNull()
  })

  it('a rerun comes after its source, even if the source was released, and on another runtime', async () => {
    await say(world, chat)
    const held = await claim(world, runtime)
    const other = await aRuntime(world)
    await updateAgent(world.services, world.caller, { agentId: agent.id, runtimeId: other.id })
    const again = await rerun(held.task)
    await release(held)
    expect(await noTask(world, other)).toEqual(['CONVERSATION_BUSY'])
    await expectSound(world.services.database)
    const source = await claim(world, runtime)
    expect(source.task.id).toBe(held.task.id)
    await start(world, source)
    await complete(world, source, { sessionId: 'ended-in' })
    const next = await claim(world, other)
    expect(next.task.id).toBe(again.id)
    expect(next.decision).toMatchObject({ outcome: 'FRESH', reason: 'RUNTIME_MISMATCH', continuityGap: true })
    await expectSound(world.services.database)
  })
})
