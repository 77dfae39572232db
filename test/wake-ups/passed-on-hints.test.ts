import { beforeAll, expect, it } from 'vitest'
import type { Agent, Runtime } from '../../src/generated/prisma/client.js'
import { newId } from '../../src/database/ids.js'
import { claimTask } from '../../src/use-cases/claim-task.js'
import { aRuntime, anAgent, ask, enqueue } from '../support/daemon-steps.js'
import { makeWorld, servicesOver, valueOf } from '../support/services.js'
import type { World } from '../support/services.js'
import { forEachDatabase } from '../support/test-database.js'

/** Longer than any of these waits should last: a claim that is not woken fails its test by its answer. */
const WAIT_SECONDS = 20

forEachDatabase((open) => {
  let world: World
  let runtime: Runtime
  let agent: Agent

  beforeAll(async () => {
    world = await makeWorld(await open())
    runtime = await aRuntime(world)
    agent = await anAgent(world, runtime, { maxConcurrentTasks: 100 })
  })

  const inLine = (count: number) =>
    expect.poll(() => world.services.wakeUps.hub.waiting, { timeout: 10_000, interval: 5 }).toBe(count)

  it.each<[string, { leaseSeconds?: number }]>([
    ['a repeat', {}],
    ['a second use of its requestId', { leaseSeconds: 7 }],
  ])('a woken claim that is %s passes its hint to the next waiting claim', async (_, more) => {
    const requestId = newId('evt')
    const waiting = ask(world, runtime, { requestId, waitSeconds: WAIT_SECONDS, ...more }).catch(() => null)
    await inLine(1)
    const last = ask(world, runtime, { waitSeconds: WAIT_SECONDS })
    await inLine(2)
    // At another server, which tells this one of its tasks in one hint.
    const elsewhere = { ...world, services: servicesOver(world.services.database, world.clock) }
    const one = await enqueue(elsewhere, agent)
    expect((await ask(elsewhere, runtime, { requestId })).claims[0]?.task.id).toBe(one.id)
    const two = await enqueue(elsewhere, agent)
    const { workspaceId } = world.caller
    world.services.wakeUps.announce({ runtimes: [{ workspaceId, runtimeId: runtime.id }], logs: [] })
    expect((await waiting)?.claims.map(({ replayed }) => replayed)).toEqual(more.leaseSeconds ? undefined : [true])
    expect((await last).claims.map(({ task }) => task.id)).toEqual([two.id])
  })

  it('a woken claim that ends with an error passes its hint on', async () => {
    const { claims } = world.services
    const claim = claims.claim.bind(claims)
    let looks = 0
    const broken = {
      claim: async (asked: never) => (++looks === 1 ? claim(asked) : Promise.reject(new Error('Broken.'))),
    }
    const services = { ...world.services, claims: broken as never }
    const input = { runtimeIds: [runtime.id], max: 1, mutation: 'claimTask' as const, waitSeconds: WAIT_SECONDS }
    const failing = claimTask(services, world.caller, input).catch((error: Error) => error.message)
    await inLine(1)
    const last = ask(world, runtime, { waitSeconds: WAIT_SECONDS })
    await inLine(2)
    const task = await enqueue(world, agent)
    expect(await failing).toBe('Broken.')
    expect((await last).claims.map((view) => view.task.id)).toEqual([task.id])
  })

  it('a claim looks once more before its empty answer, in case its hint was lost', async () => {
    const deaf = { ...world.services, wakeUps: Object.assign(Object.create(world.services.wakeUps) as object, {}) }
    const until = world.services.wakeUps.until.bind(world.services.wakeUps)
    const other = await makeWorld(world.services.database)
    const rt = await aRuntime(other)
    const ada = await anAgent(other, rt)
    let id = ''
    Object.assign(deaf.wakeUps, {
      until: async (...args: Parameters<typeof until>) => {
        const waited = await until(args[0], args[1], Math.min(args[2], 1_000), args[3])
        id = id === '' ? (await enqueue(other, ada)).id : id
        return waited
      },
    })
    const input = { runtimeIds: [rt.id], max: 1, mutation: 'claimTask' as const, waitSeconds: 1 }
    const outcome = await claimTask(deaf as never, other.caller, input)
    expect(valueOf(outcome).claims.map(({ task }) => task.id)).toEqual([id])
  })
})
