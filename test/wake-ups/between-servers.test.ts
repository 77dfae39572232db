import { afterEach, beforeAll, expect, it } from 'vitest'
import { openPostgres } from '../../src/database/postgres.js'
import type { Agent, Runtime } from '../../src/generated/prisma/client.js'
import { buildServices } from '../../src/use-cases/services/build-services.js'
import { followLog } from '../../src/use-cases/follow-log.js'
import { HeadWatch } from '../../src/wake-ups/head-watch.js'
import { PostgresChannel } from '../../src/wake-ups/postgres-channel.js'
import { WakeUps } from '../../src/wake-ups/wake-ups.js'
import { aRuntime, anAgent, ask, enqueue } from '../support/daemon-steps.js'
import type { World } from '../support/services.js'
import { TIMERS, makeWorld } from '../support/services.js'
import type { PostgresDatabase } from '../support/postgres-database.js'
import { describePostgres } from '../support/test-database.js'

/** Longer than any wait here should last. */
const WAIT_SECONDS = 25

describePostgres('several servers on one PostgreSQL', (open) => {
  let database: PostgresDatabase
  let world: World
  let runtime: Runtime
  let agent: Agent
  const closing: (() => Promise<unknown>)[] = []

  beforeAll(async () => {
    database = await open()
    world = await makeWorld(database)
    runtime = await aRuntime(world)
    agent = await anAgent(world, runtime, { maxConcurrentTasks: 1000 })
  })
  afterEach(async () => {
    for (const close of closing.splice(0)) await close()
  })

  /** A server with connections of its own. `hears`: whether what other servers send reaches it. */
  async function server(hears: 'everything' | 'nothing', watchMs = 3_600_000): Promise<World> {
    const own = openPostgres(database.connectionString, { schema: 'public', onIdleError: () => undefined })
    const wakeUps = new WakeUps()
    const channel = new PostgresChannel(database.connectionString, own.sql, {
      receive: (parcel) => {
        if (hears === 'everything') wakeUps.receive(parcel)
      },
      lost: () => wakeUps.hub.wakeEveryone(),
      onError: () => undefined,
      noRoom: () => undefined,
    })
    await channel.open()
    wakeUps.connect(channel)
    const watch = new HeadWatch(own.sql, wakeUps, watchMs, () => undefined)
    closing.push(async () => {
      watch.close()
      await wakeUps.close()
      await own.close()
    })
    return { ...world, services: buildServices(own, world.clock, TIMERS, wakeUps) }
  }

  const inLine = ({ services }: World): Promise<void> =>
    expect.poll(() => services.wakeUps.hub.waiting, { timeout: 10_000, interval: 5 }).toBe(1)

  it('a task that is enqueued at one reaches a daemon that waits at another', async () => {
    const [here, there] = [await server('everything'), await server('everything')]
    const waiting = ask(there, runtime, { waitSeconds: WAIT_SECONDS })
    await inLine(there)
    const task = await enqueue(here, agent)
    expect((await waiting).claims.map((claim) => claim.task.id)).toEqual([task.id])
  })

  it('a lost hint only delays the task', async () => {
    const [here, deaf] = [await server('everything'), await server('nothing', 50)]
    const waiting = ask(deaf, runtime, { waitSeconds: WAIT_SECONDS })
    await inLine(deaf)
    const task = await enqueue(here, agent)
    expect((await waiting).claims.map((claim) => claim.task.id)).toEqual([task.id])
  })

  it('a broken listening connection reconnects, and waiting claims look again', async () => {
    const [here, there] = [await server('everything'), await server('everything')]
    const waiting = ask(there, runtime, { waitSeconds: WAIT_SECONDS })
    await inLine(there)
    await database.sql.rows({
      name: 'cut_listeners',
      text: `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND application_name = 'baton-listen'`,
    })
    const task = await enqueue(here, agent)
    expect((await waiting).claims.map((claim) => claim.task.id)).toEqual([task.id])
  })

  it.each(['everything', 'nothing'] as const)(
    'a reader that gets %s follows the log in order, without gaps or repeats, while three servers write',
    async (hears) => {
      const reader = await server(hears, 50)
      const writers = [await server('everything'), await server('everything'), await server('everything')]
      const seen: string[] = []
      const from = await headOf(world)
      const wanted = 3 * 20 * 2
      const reading = (async () => {
        let after = from
        // Hangs up now and then and goes on from the last position, as a browser would.
        while (seen.length < wanted) {
          for await (const event of followLog(reader.services, world.caller, { after, conversationId: null })) {
            seen.push(event.position)
            after = event.position
            if (seen.length % 17 === 0 || seen.length === wanted) break
          }
        }
      })()
      await Promise.all(
        writers.map(async (writer) => {
          for (let n = 0; n < 20; n++) await enqueue(writer, agent)
        }),
      )
      await reading
      expect(seen).toEqual(Array.from({ length: wanted }, (_, index) => String(BigInt(from) + BigInt(index) + 1n)))
    },
  )
})

async function headOf({ services, caller }: World): Promise<string> {
  const [head] = await services.database.sql.rows<{ position: string }>(
    { name: 'test_head', text: 'SELECT position::text AS position FROM log_head WHERE "workspaceId" = $1' },
    [caller.workspaceId],
  )
  return head?.position ?? '0'
}
