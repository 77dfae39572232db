import { afterEach, beforeAll, expect, it } from 'vitest'
import { openPostgres } from '../../../src/database/postgres.js'
import type { Agent, Runtime } from '../../../src/generated/prisma/client.js'
import { buildServices } from '../../../src/use-cases/services/build-services.js'
import { cancelTask } from '../../../src/use-cases/cancel-task.js'
import { recoverOrphanedTasks } from '../../../src/use-cases/recover-orphaned-tasks.js'
import { sweep } from '../../../src/use-cases/sweep.js'
import { watchClaims } from '../../../src/use-cases/watch-claims.js'
import type { ClaimSignal } from '../../../src/wake-ups/hint.js'
import { PostgresChannel } from '../../../src/wake-ups/postgres-channel.js'
import { WakeUps } from '../../../src/wake-ups/wake-ups.js'
import { anAgent, aRuntime, claim, complete, enqueue, run } from '../../support/daemon-steps.js'
import type { PostgresDatabase } from '../../support/postgres-database.js'
import { asDaemon, codeOf, makeWorld, TIMERS, valueOf } from '../../support/services.js'
import type { World } from '../../support/services.js'
import { describePostgres } from '../../support/test-database.js'

describePostgres('signals of claims, over several servers', (open) => {
  let database: PostgresDatabase
  let world: World
  let runtime: Runtime
  let agent: Agent
  const closing: (() => Promise<unknown>)[] = []

  beforeAll(async () => {
    database = await open()
    world = await makeWorld(database)
    agent = await anAgent(world, (runtime = await aRuntime(world, { daemonId: 'laptop' })), { maxConcurrentTasks: 99 })
  })
  afterEach(async () => {
    for (const close of closing.splice(0).toReversed()) await close()
  })

  async function server(): Promise<World> {
    const own = openPostgres(database.connectionString, { schema: 'public', onIdleError: () => undefined })
    const wakeUps = new WakeUps()
    const channel = new PostgresChannel(database.connectionString, own.sql, {
      receive: (parcel) => wakeUps.receive(parcel),
      lost: () => undefined,
      onError: () => undefined,
      noRoom: () => undefined,
    })
    await channel.open()
    wakeUps.connect(channel)
    closing.push(async () => {
      await wakeUps.close()
      await own.close()
    })
    return { ...world, services: buildServices(own, world.clock, TIMERS, wakeUps) }
  }

  /** What a daemon hears that follows its claims on this server. */
  function heard({ services, caller }: World, daemonId = 'laptop'): ClaimSignal[] {
    const signals: ClaimSignal[] = []
    const stream = valueOf(watchClaims(services, caller, { daemonId }))
    const read = (async () => {
      for await (const signal of stream) signals.push(signal)
    })()
    closing.push(async () => {
      await stream.return?.()
      await read
    })
    return signals
  }

  const expectHeard = (signals: ClaimSignal[], expected: object[]) =>
    expect.poll(() => signals, { timeout: 10_000, interval: 5 }).toMatchObject(expected)

  it('a cancellation, an expired lease and a recovery at one server reach a daemon that follows at another', async () => {
    const [one, other] = [await server(), await server()]
    const [signals, others] = [heard(other), heard(other, 'elsewhere')]
    await enqueue(one, agent)
    const first = await run(one, runtime)
    await cancelTask(one.services, one.caller, { taskId: first.task.id })
    await expectHeard(signals, [{ taskId: first.task.id, verdict: 'CANCELLED' }])
    await enqueue(one, agent, { maxAttempts: 1 })
    const second = await run(one, runtime)
    await recoverOrphanedTasks(one.services, one.caller, { daemonId: 'laptop' })
    await expectHeard(signals, [{}, { taskId: second.task.id, verdict: 'LOST' }])
    await enqueue(one, agent)
    const third = await claim(one, runtime)
    world.clock.pass(TIMERS.claimLease + 1)
    await sweep(one.services)
    await expectHeard(signals, [{}, {}, { taskId: third.task.id, verdict: 'LOST' }])
    expect(others).toEqual([])
  })

  it('the end of a run by its daemon, and changes of unheld tasks, send no signal', async () => {
    const one = await server()
    const signals = heard(one)
    await complete(one, await run(one, runtime))
    const queued = await enqueue(one, agent)
    await cancelTask(one.services, one.caller, { taskId: queued.id })
    await enqueue(one, agent)
    const held = await run(one, runtime)
    await cancelTask(one.services, one.caller, { taskId: held.task.id })
    await expectHeard(signals, [{ taskId: held.task.id, verdict: 'CANCELLED' }])
  })

  it('a daemon can follow only its own claims', () => {
    const { services, caller } = asDaemon(world, 'other')
    expect(codeOf(watchClaims(services, caller, { daemonId: 'laptop' }))).toBe('FORBIDDEN')
  })
})
