import { beforeAll, expect, it } from 'vitest'
import type { Database } from '../../src/database/sql.js'
import { claimTask } from '../../src/use-cases/claim-task.js'
import { askerWith } from '../support/asker.js'
import { aRuntime, anAgent, claim, enqueue, taskNow } from '../support/daemon-steps.js'
import type { World } from '../support/services.js'
import { makeWorld, valueOf } from '../support/services.js'
import { forEachDatabase } from '../support/test-database.js'

forEachDatabase((open) => {
  let database: Database
  let world: World
  beforeAll(async () => {
    database = await open()
    world = await makeWorld(database)
  })

  it('a claim for a disconnected request is released at once, and its requestId can be used again', async () => {
    const runtime = await aRuntime(world)
    const task = await enqueue(world, await anAgent(world, runtime))
    const gone = new AbortController()
    gone.abort()
    const input = { runtimeIds: [runtime.id], max: 1, mutation: 'claimTask' as const, requestId: 'lost' }
    const answer = valueOf(await claimTask(world.services, world.caller, input, askerWith(gone.signal)))
    expect(answer.claims).toEqual([])
    expect((await taskNow(world, task)).status).toBe('QUEUED')
    const again = await claim(world, runtime, { requestId: 'lost' })
    expect([again.task.id, again.replayed]).toEqual([task.id, false])
  })

  it('a daemon that disconnects while it waits leaves the task to the next waiting claim', async () => {
    const runtime = await aRuntime(world)
    const agent = await anAgent(world, runtime)
    const [left, stays] = [new AbortController(), new AbortController()]
    const input = { runtimeIds: [runtime.id], max: 1, mutation: 'claimTask' as const, waitSeconds: 20 }
    const first = claimTask(world.services, world.caller, input, askerWith(left.signal))
    await expect.poll(() => world.services.wakeUps.hub.waiting).toBe(1)
    const second = claimTask(world.services, world.caller, input, askerWith(stays.signal))
    await expect.poll(() => world.services.wakeUps.hub.waiting).toBe(2)
    const enqueued = enqueue(world, agent)
    left.abort()
    const task = await enqueued
    expect(valueOf(await first).claims).toEqual([])
    expect(valueOf(await second).claims.map((view) => view.task.id)).toEqual([task.id])
  })
})
