import { beforeAll, beforeEach, expect, it } from 'vitest'
import type { Database } from '../../../src/database/sql.js'
import type { Runtime } from '../../../src/generated/prisma/client.js'
import type { Instance } from '../../../src/use-cases/calls/daemon-instance.js'
import { heartbeat } from '../../../src/use-cases/heartbeat.js'
import { recoverOrphanedTasks } from '../../../src/use-cases/recover-orphaned-tasks.js'
import { registerRuntime } from '../../../src/use-cases/register-runtime.js'
import { anAgent, enqueue, run, taskNow } from '../../support/daemon-steps.js'
import { codeOf, makeWorld, refusalOf, TIMERS, valueOf } from '../../support/services.js'
import type { World } from '../../support/services.js'
import { forEachDatabase } from '../../support/test-database.js'

const FIRST = { id: 'process-1', machine: 'machine-1', host: 'desk.local' }
const AGAIN = { ...FIRST, id: 'process-2' }
const OTHER = { id: 'process-3', machine: 'machine-2', host: 'copy.local' }

forEachDatabase((open) => {
  let database: Database
  let world: World
  let runtime: Runtime

  beforeAll(async () => {
    database = await open()
  })

  beforeEach(async () => {
    world = await makeWorld(database)
    runtime = valueOf(await register(FIRST)).runtime
  })

  const register = (instance?: Instance) =>
    registerRuntime(world.services, world.caller, { daemonId: 'laptop', provider: 'claude', instance })
  const beat = (instance?: Instance) =>
    heartbeat(world.services, world.caller, { daemonId: 'laptop', runtimeIds: [runtime.id], instance })
  const recover = (instance?: Instance) =>
    recoverOrphanedTasks(world.services, world.caller, { daemonId: 'laptop', instance })

  it('another machine is refused with the host and last heartbeat of the first, and running tasks continue', async () => {
    await enqueue(world, await anAgent(world, runtime))
    const { task } = await run(world, runtime)
    world.clock.pass(TIMERS.runtimeOffline)
    await beat(FIRST)
    world.clock.pass(TIMERS.runtimeOffline)
    const seen = new Date(world.clock.now().getTime() - TIMERS.runtimeOffline * 1000).toISOString()
    for (const refused of [await register(OTHER), await recover(OTHER), await beat(OTHER)]) {
      expect(refusalOf(refused)).toMatchObject({
        code: 'FORBIDDEN',
        message: expect.stringContaining(`Daemon laptop runs on desk.local, last heard of at ${seen}.`) as string,
      })
    }
    expect((await taskNow(world, task)).status).toBe('RUNNING')
    expect(valueOf(await beat(FIRST)).runtimes).toMatchObject([{ instanceHost: 'desk.local' }])
  })

  it('another machine takes over after the first was silent for the offline time, and the first is then refused', async () => {
    await enqueue(world, await anAgent(world, runtime))
    const { task } = await run(world, runtime)
    world.clock.pass(TIMERS.runtimeOffline + 1)
    expect(valueOf(await register(OTHER)).runtime.id).toBe(runtime.id)
    expect(valueOf(await recover(OTHER)).failed.map(({ id }) => id)).toEqual([task.id])
    expect(refusalOf(await beat(FIRST)).message).toContain('runs on copy.local')
    expect([codeOf(await register(FIRST)), codeOf(await recover(FIRST))]).toEqual(['FORBIDDEN', 'FORBIDDEN'])
  })

  it('the same machine takes over at once, and recovers what its first process held', async () => {
    await enqueue(world, await anAgent(world, runtime))
    const { task } = await run(world, runtime)
    expect(valueOf(await register(AGAIN)).runtime.id).toBe(runtime.id)
    expect(valueOf(await recover(AGAIN)).failed.map(({ id }) => id)).toEqual([task.id])
    valueOf(await beat(AGAIN))
    expect(codeOf(await beat(FIRST))).toBe('FORBIDDEN')
  })

  it('a client without an instance is accepted', async () => {
    await enqueue(world, await anAgent(world, runtime))
    const { task } = await run(world, runtime)
    valueOf(await register())
    expect(valueOf(await recover()).failed.map(({ id }) => id)).toEqual([task.id])
    valueOf(await beat())
    valueOf(await beat(FIRST))
    valueOf(await register(OTHER))
  })
})
