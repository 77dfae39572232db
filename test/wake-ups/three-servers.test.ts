import { afterAll, beforeAll, expect, it } from 'vitest'
import { newId } from '../../src/database/ids.js'
import { openPostgres } from '../../src/database/postgres.js'
import type { Agent, Runtime } from '../../src/generated/prisma/client.js'
import { buildServices } from '../../src/use-cases/services/build-services.js'
import { PostgresChannel } from '../../src/wake-ups/postgres-channel.js'
import { WakeUps } from '../../src/wake-ups/wake-ups.js'
import { aRuntime, anAgent, ask, enqueue } from '../support/daemon-steps.js'
import type { World } from '../support/services.js'
import { TIMERS, makeWorld } from '../support/services.js'
import { describePostgres } from '../support/test-database.js'

const ROUNDS = 12
/** Longer than a test may take: who is not woken fails it, though a last look would find the task. */
const WAIT_SECONDS = 60

describePostgres('three servers over one PostgreSQL', (open) => {
  const servers: World[] = []
  const closing: (() => Promise<unknown>)[] = []
  let runtime: Runtime
  let agent: Agent

  beforeAll(async () => {
    const database = await open()
    const world = await makeWorld(database)
    runtime = await aRuntime(world)
    agent = await anAgent(world, runtime, { maxConcurrentTasks: 100 })
    for (let n = 0; n < 3; n++) {
      const own = openPostgres(database.connectionString, { schema: 'public', onIdleError: () => undefined })
      const wakeUps = new WakeUps()
      const channel = new PostgresChannel(database.connectionString, own.sql, {
        receive: (parcel) => wakeUps.receive(parcel),
        lost: () => wakeUps.hub.wakeEveryone(),
        onError: () => undefined,
        noRoom: () => undefined,
      })
      await channel.open()
      wakeUps.connect(channel)
      closing.push(() => wakeUps.close().then(() => own.close()))
      servers.push({ ...world, services: buildServices(own, world.clock, TIMERS, wakeUps) })
    }
  })
  afterAll(async () => {
    for (const close of closing) await close()
  })

  it.each(Array.from({ length: ROUNDS }, (_, n) => n))(
    'a claim that is repeated at another server withholds no task from the next waiting claim (round %i)',
    async (round) => {
      const [first, second, third] = [0, 1, 2].map((n) => servers[(round + n) % 3]) as [World, World, World]
      const inLine = ({ services }: World, count: number) =>
        expect.poll(() => services.wakeUps.hub.waiting, { timeout: 10_000, interval: 5 }).toBe(count)
      const requestId = newId('evt')
      const once = ask(first, runtime, { requestId, waitSeconds: WAIT_SECONDS })
      await inLine(first, 1)
      const next = ask(first, runtime, { waitSeconds: WAIT_SECONDS })
      await inLine(first, 2)
      const again = ask(third, runtime, { requestId, waitSeconds: WAIT_SECONDS })
      await inLine(third, 1)
      const tasks = await Promise.all([enqueue(second, agent), enqueue(second, agent)])
      const answers = await Promise.all([once, again, next])
      const claimed = answers.map(({ claims }) => claims[0]?.task.id)
      expect(claimed[0]).toBe(claimed[1])
      expect(new Set(claimed)).toEqual(new Set(tasks.map(({ id }) => id)))
    },
  )

  it('a claim whose token ended while it waited passes its hint to the next waiting claim', async () => {
    const [server] = servers as [World]
    let ended = false
    const hold = {
      get ended() {
        return ended
      },
      // The end and the hint come at the same time: nothing else tells it.
      onLeave: () => () => undefined,
      release: () => undefined,
    }
    const tokens = { hold: () => hold, isCurrent: () => Promise.resolve(!ended) }
    const revoked = { ...server, services: { ...server.services, tokens } as never }
    const gone = ask(revoked, runtime, { waitSeconds: WAIT_SECONDS }).catch((error: Error) => error.message)
    await expect.poll(() => server.services.wakeUps.hub.waiting, { interval: 5 }).toBe(1)
    const next = ask(server, runtime, { waitSeconds: WAIT_SECONDS })
    await expect.poll(() => server.services.wakeUps.hub.waiting, { interval: 5 }).toBe(2)
    ended = true
    const task = await enqueue(server, agent)
    expect(await gone).toContain('UNAUTHENTICATED')
    expect((await next).claims.map((claim) => claim.task.id)).toEqual([task.id])
  })
})
