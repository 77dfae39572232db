import { beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../../src/database/sql.js'
import type { Agent, Runtime } from '../../src/generated/prisma/client.js'
import { cancelTask } from '../../src/use-cases/cancel-task.js'
import { registerRuntime } from '../../src/use-cases/register-runtime.js'
import { deregisterRuntime } from '../../src/use-cases/deregister-runtime.js'
import { releaseTask } from '../../src/use-cases/release-task.js'
import { rerunTask } from '../../src/use-cases/rerun-task.js'
import { sweep } from '../../src/use-cases/sweep.js'
import { updateAgent } from '../../src/use-cases/update-agent.js'
import {
  aChat,
  aRuntime,
  anAgent,
  ask,
  claim,
  complete,
  enqueue,
  fail,
  run,
  say,
  start,
} from '../support/daemon-steps.js'
import type { World } from '../support/services.js'
import { makeWorld, valueOf } from '../support/services.js'
import { forEachDatabase } from '../support/test-database.js'

/** Longer than any of these waits should last: a claim that is not woken fails its test by its answer. */
const WAIT_SECONDS = 20

forEachDatabase((open) => {
  let database: Database
  let world: World
  let runtime: Runtime
  let agent: Agent
  beforeAll(async () => {
    database = await open()
    world = await makeWorld(database)
  })

  const fresh = async (maxConcurrentTasks = 5): Promise<void> => {
    runtime = await aRuntime(world)
    agent = await anAgent(world, runtime, { maxConcurrentTasks })
  }

  /** The id of the task that a waiting claim gets once `cause` has happened; the claim is in line before that. */
  const wokenBy = async (cause: () => Promise<unknown>, at: { id: string } = runtime): Promise<string | undefined> => {
    const waiting = ask(world, at, { waitSeconds: WAIT_SECONDS })
    await inLine(world)
    await cause()
    return (await waiting).claims[0]?.task.id
  }

  describe('a waiting claim is woken by', () => {
    it('a new task', async () => {
      await fresh()
      let id = ''
      expect(await wokenBy(async () => (id = (await enqueue(world, agent)).id))).toBe(id)
    })

    it('the automatic retry of a failed task', async () => {
      await fresh()
      await enqueue(world, agent)
      const held = await run(world, runtime)
      let retryId: string | undefined
      const cause = async () => (retryId = (await fail(world, held, { failureReason: 'runtime_recovery' })).retry?.id)
      expect(await wokenBy(cause)).toBe(retryId)
      expect(retryId).toBeDefined()
    })

    it('a rerun', async () => {
      await fresh()
      await enqueue(world, agent)
      const held = await run(world, runtime)
      await complete(world, held)
      let id = ''
      const cause = async () =>
        (id = valueOf(await rerunTask(world.services, world.caller, { taskId: held.task.id })).task.id)
      expect(await wokenBy(cause)).toBe(id)
    })

    it('the end of the task that kept its conversation busy', async () => {
      await fresh()
      const chat = await aChat(world, agent)
      await say(world, chat)
      const held = await run(world, runtime)
      const next = await say(world, chat)
      expect(await wokenBy(() => complete(world, held))).toBe(next.id)
    })

    it('the end of a task that filled its agent, also on a runtime that the agent has left', async () => {
      await fresh(1)
      const elsewhere = await aRuntime(world)
      const old = await enqueue(world, agent)
      await updateAgent(world.services, world.caller, { agentId: agent.id, runtimeId: elsewhere.id })
      await enqueue(world, agent)
      const held = await run(world, elsewhere)
      expect(await wokenBy(() => complete(world, held))).toBe(old.id)
    })

    it('a cancellation that frees the conversation', async () => {
      await fresh()
      const chat = await aChat(world, agent)
      const first = await say(world, chat)
      await run(world, runtime)
      const next = await say(world, chat)
      const cause = () => cancelTask(world.services, world.caller, { taskId: first.id })
      expect(await wokenBy(cause)).toBe(next.id)
    })

    it('a release', async () => {
      await fresh()
      await enqueue(world, agent)
      const held = await claim(world, runtime)
      const { task, claimToken } = held
      const cause = () => releaseTask(world.services, world.caller, { taskId: task.id, claimToken })
      expect(await wokenBy(cause)).toBe(task.id)
    })

    it('a lease that expires', async () => {
      await fresh()
      await enqueue(world, agent)
      const { task } = await claim(world, runtime, { leaseSeconds: 1 })
      const cause = async () => {
        world.clock.pass(2)
        await sweep(world.services)
      }
      expect(await wokenBy(cause)).toBe(task.id)
    })

    it('queued tasks that move here with their agent', async () => {
      await fresh()
      const task = await enqueue(world, agent)
      const here = await aRuntime(world)
      const cause = () =>
        updateAgent(world.services, world.caller, {
          agentId: agent.id,
          runtimeId: here.id,
          retargetQueuedTasks: true,
        })
      expect(await wokenBy(cause, here)).toBe(task.id)
    })

    it('more room for the agent', async () => {
      await fresh(1)
      await enqueue(world, agent)
      const second = await enqueue(world, agent)
      await start(world, await claim(world, runtime))
      const cause = () => updateAgent(world.services, world.caller, { agentId: agent.id, maxConcurrentTasks: 2 })
      expect(await wokenBy(cause)).toBe(second.id)
    })

    it('a scheduled task that comes due', async () => {
      await fresh()
      const availableAt = new Date(world.clock.now().getTime() + 600_000)
      const task = await enqueue(world, agent, { availableAt })
      const cause = async () => {
        world.clock.pass(601)
        await sweep(world.services)
      }
      expect(await wokenBy(cause)).toBe(task.id)
    })
  })

  it('a claim for a deregistered runtime gets an answer with the reason at once', async () => {
    await fresh()
    await deregisterRuntime(world.services, world.caller, { runtimeId: runtime.id })
    const { noTask } = await ask(world, runtime, { waitSeconds: WAIT_SECONDS })
    expect(noTask?.reasons).toEqual(['RUNTIME_DEREGISTERED'])
    const { daemonId, provider } = runtime
    await registerRuntime(world.services, world.caller, { daemonId, provider })
    expect((await ask(world, runtime)).noTask?.reasons).toEqual(['QUEUE_EMPTY'])
  })

  it('one task wakes one of many claims, and the others keep waiting', async () => {
    await fresh()
    const waiting = Array.from({ length: 10 }, () => ask(world, runtime, { waitSeconds: WAIT_SECONDS }))
    await inLine(world, 10)
    const tasks = [await enqueue(world, agent), await enqueue(world, agent)]
    const got = await Promise.race([Promise.all(waiting), firstTwo(waiting)])
    expect(got.flatMap(({ claims }) => claims.map(({ task }) => task.id)).toSorted()).toEqual(
      tasks.map(({ id }) => id).toSorted(),
    )
    await world.services.wakeUps.close()
    await Promise.all(waiting)
    world = await makeWorld(database)
  })
})

/** Waits until so many claims stand in line: they have looked, found nothing, and ask the database no more. */
async function inLine({ services }: World, count = 1): Promise<void> {
  await expect.poll(() => services.wakeUps.hub.waiting, { timeout: 10_000, interval: 5 }).toBe(count)
}

async function firstTwo<T>(all: Promise<T>[]): Promise<T[]> {
  const done: T[] = []
  return new Promise((resolve, reject) => {
    for (const one of all) {
      one.then((value) => {
        done.push(value)
        if (done.length === 2) resolve(done)
      }, reject)
    }
  })
}
