import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { claimTask } from '../../src/use-cases/claim-task.js'
import { HeadWatch } from '../../src/wake-ups/head-watch.js'
import { askerWith } from '../support/asker.js'
import { countingDatabase } from '../support/counting-database.js'
import { aRuntime, anAgent, enqueue } from '../support/daemon-steps.js'
import { makeWorld, servicesOver, valueOf } from '../support/services.js'
import { forEachDatabase } from '../support/test-database.js'

const WAITERS = 5_000
const WATCH_MS = 200

forEachDatabase((open) => {
  it('five thousand waiting claims send no query while nothing happens, and one task wakes one of them', async () => {
    const counting = countingDatabase(await open())
    const world = await makeWorld(counting.database)
    const services = servicesOver(counting.database, world.clock)
    const runtimes = await Promise.all(Array.from({ length: 50 }, () => aRuntime(world)))
    const left = new AbortController()
    const waiting = Array.from({ length: WAITERS }, (_, n) =>
      claimTask(
        services,
        world.caller,
        { runtimeIds: [runtimes[n % 50]?.id ?? ''], max: 1, mutation: 'claimTask', waitSeconds: 60 },
        askerWith(left.signal),
      ),
    )
    await expect.poll(() => services.wakeUps.hub.waiting, { timeout: 25_000 }).toBe(WAITERS)
    counting.asked()
    await sleep(1_000)
    expect(counting.asked()).toEqual([])
    // What makes up for lost hints looks for all of them together.
    const watch = new HeadWatch(counting.database.sql, services.wakeUps, WATCH_MS, () => undefined)
    await sleep(5 * WATCH_MS)
    watch.close()
    const looks = counting.asked()
    expect(looks.length).toBeGreaterThan(0)
    expect(looks.length).toBeLessThanOrEqual(6)

    const [first] = runtimes
    if (first === undefined) throw new Error('There is no runtime.')
    const task = await enqueue({ ...world, services }, await anAgent(world, first))
    const got = valueOf(await Promise.race(waiting))
    expect(got.claims.map((claim) => claim.task.id)).toEqual([task.id])
    left.abort()
    const others = await Promise.all(waiting)
    expect(others.flatMap((outcome) => valueOf(outcome).claims)).toHaveLength(1)
  })
})
