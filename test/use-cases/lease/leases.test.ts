import { beforeAll, beforeEach, expect, it } from 'vitest'
import type { Runtime, Task } from '../../../src/generated/prisma/client.js'
import { cancelTask } from '../../../src/use-cases/cancel-task.js'
import { heartbeat } from '../../../src/use-cases/heartbeat.js'
import { sweep } from '../../../src/use-cases/sweep.js'
import { anAgent, aRuntime, ask, claim, complete, enqueue, noTask, start, taskNow } from '../../support/daemon-steps.js'
import type { Held } from '../../support/daemon-steps.js'
import { expectSound } from '../../support/invariants.js'
import { makeWorld, TIMERS, valueOf } from '../../support/services.js'
import type { World } from '../../support/services.js'
import { describePostgres } from '../../support/test-database.js'

describePostgres('leases', (open) => {
  let world: World
  let runtime: Runtime
  let task: Task

  beforeAll(async () => {
    world = await makeWorld(await open())
  })

  beforeEach(async () => {
    runtime = await aRuntime(world)
    task = await enqueue(world, await anAgent(world, runtime))
  })

  const secondsLeft = (at: Date | null | undefined) => (at ? (at.getTime() - world.clock.now().getTime()) / 1000 : null)

  async function beat({ task: { id }, claimToken }: Held): Promise<[string | undefined, number | null]> {
    const claims = [{ taskId: id, claimToken }]
    const input = { daemonId: runtime.daemonId, runtimeIds: [runtime.id], claims }
    const [held] = valueOf(await heartbeat(world.services, world.caller, input)).claims
    return [held?.verdict, secondsLeft(held?.leaseExpiresAt)]
  }

  it('a claim has the claim lease, a started run the run lease, and each heartbeat renews it', async () => {
    const held = await claim(world, runtime)
    expect(secondsLeft(held.leaseExpiresAt)).toBe(TIMERS.claimLease)
    world.clock.pass(20)
    expect(await beat(held)).toEqual(['HELD', TIMERS.claimLease])
    await start(world, held)
    world.clock.pass(TIMERS.runLease - 1)
    await sweep(world.services)
    expect(await beat(held)).toEqual(['HELD', TIMERS.runLease])
  })

  it('a lease that the claim asked for holds before and after the start', async () => {
    const held = await claim(world, runtime, { leaseSeconds: 7 })
    expect(secondsLeft(held.leaseExpiresAt)).toBe(7)
    world.clock.pass(6)
    expect(await beat(held)).toEqual(['HELD', 7])
    await start(world, held)
    world.clock.pass(6)
    expect(await beat(held)).toEqual(['HELD', 7])
    world.clock.pass(7)
    await sweep(world.services)
    expect((await taskNow(world, task)).status).toBe('FAILED')
  })

  it('a claim that expires before its start returns to the queue in its old place', async () => {
    const held = await claim(world, runtime)
    const newer = await enqueue(world, await anAgent(world, runtime))
    world.clock.pass(TIMERS.claimLease)
    await sweep(world.services)
    const [now, again] = [await taskNow(world, task), await claim(world, runtime)]
    expect([now.status, now.attempt, now.claimToken]).toEqual(['QUEUED', 1, null])
    expect(again.task.id).toBe(task.id)
    expect(again.claimToken).not.toBe(held.claimToken)
    expect((await claim(world, runtime)).task.id).toBe(newer.id)
    expect(await beat(held)).toEqual(['LOST', null])
    await expectSound(world.services.database)
  })

  it('a lease is valid until a second before its end', async () => {
    await claim(world, runtime)
    world.clock.pass(TIMERS.claimLease - 1)
    await sweep(world.services)
    expect((await taskNow(world, task)).status).toBe('CLAIMED')
  })

  it('a run that expires fails with timeout and is retried at once', async () => {
    const held = await claim(world, runtime)
    await start(world, held)
    world.clock.pass(TIMERS.runLease)
    await sweep(world.services)
    expect(await taskNow(world, task)).toMatchObject({ status: 'FAILED', failureReason: 'timeout', claimToken: null })
    const retry = await claim(world, runtime)
    expect(retry.task).toMatchObject({ retryOf: task.id, attempt: 2, maxAttempts: 2 })
    await start(world, retry)
    world.clock.pass(TIMERS.runLease)
    await sweep(world.services)
    expect(await noTask(world, runtime)).toEqual(['QUEUE_EMPTY'])
  })

  it('a heartbeat distinguishes a cancelled claim, a stale token beside the current one, and an unknown claim', async () => {
    const old = await claim(world, runtime)
    world.clock.pass(TIMERS.claimLease)
    await sweep(world.services)
    const held = await claim(world, runtime)
    const keys = [old, held, { task: { id: 'task_none' }, claimToken: 'x' }]
    const claims = keys.map(({ task: { id }, claimToken }) => ({ taskId: id, claimToken }))
    const input = { daemonId: runtime.daemonId, runtimeIds: [runtime.id], claims }
    const verdicts = valueOf(await heartbeat(world.services, world.caller, input)).claims.map(({ verdict }) => verdict)
    expect(verdicts).toEqual(['LOST', 'HELD', 'LOST'])
    await cancelTask(world.services, world.caller, { taskId: task.id })
    expect(await beat(held)).toEqual(['CANCELLED', null])
    expect(await beat(old)).toEqual(['LOST', null])
  })

  it('an ended run is not held', async () => {
    const held = await claim(world, runtime)
    await start(world, held)
    await complete(world, held)
    expect(await beat(held)).toEqual(['LOST', null])
    expect((await ask(world, runtime)).claims).toEqual([])
  })

  it('a task that waits longer than the queue limit fails; for a scheduled task the limit starts at its time', async () => {
    const impatient = await makeWorld(await open(), { queueTtl: 100 })
    const place = await aRuntime(impatient)
    const agent = await anAgent(impatient, place)
    const waiting = await enqueue(impatient, agent)
    const availableAt = new Date(impatient.clock.now().getTime() + 50_000)
    const scheduled = await enqueue(impatient, agent, { availableAt })
    impatient.clock.pass(99)
    expect((await sweep(impatient.services)).queueExpired).toBe(0)
    impatient.clock.pass(1)
    expect((await sweep(impatient.services)).queueExpired).toBe(1)
    expect(await taskNow(impatient, waiting)).toMatchObject({ status: 'FAILED', failureReason: 'queue_expired' })
    expect((await taskNow(impatient, scheduled)).status).toBe('QUEUED')
    impatient.clock.pass(50)
    expect((await sweep(impatient.services)).queueExpired).toBe(1)
    await expectSound(impatient.services.database)
  })
})
