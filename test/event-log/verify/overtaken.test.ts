import { beforeAll, expect, it } from 'vitest'
import type { Database } from '../../../src/database/sql.js'
import { readLog } from '../../../src/event-log/read-log.js'
import type { Finding } from '../../../src/event-log/verify/finding.js'
import { verifyLog } from '../../../src/event-log/verify/verify-log.js'
import { aChat, anAgent, aRuntime, complete, fail, run, say } from '../../support/daemon-steps.js'
import { makeWorld } from '../../support/services.js'
import type { World } from '../../support/services.js'
import { Tamperer } from '../../support/tampering.js'
import { forEachDatabase } from '../../support/test-database.js'

const NETWORK = { failureReason: 'provider_network', error: 'fetch failed' }

forEachDatabase((open) => {
  let database: Database
  let world: World
  let tamperer: Tamperer

  beforeAll(async () => {
    database = await open()
    world = await makeWorld(database)
  })

  async function findings(): Promise<Finding[]> {
    const found: Finding[] = []
    await verifyLog(database, { report: (one) => found.push(one) })
    return found
  }

  it('a task that overtook a waiting retry of an earlier turn is found, except for retries of an older build', async () => {
    const runtime = await aRuntime(world)
    const chat = await aChat(world, await anAgent(world, runtime))
    const earlier = await say(world, chat, { priority: 0 })
    await say(world, chat)
    await fail(world, await run(world, runtime), NETWORK)
    const { retry } = await fail(world, await run(world, runtime), NETWORK)
    await complete(world, await run(world, runtime))
    world.clock.pass(5)
    await complete(world, await run(world, runtime))
    expect(await findings()).toEqual([])

    tamperer = await Tamperer.of(database)
    const log = await readLog(database.sql, world.caller.workspaceId, '0', 100)
    const enqueued = log.find(({ type, taskId }) => type === 'TASK_ENQUEUED' && taskId === retry?.id)
    const handedOut = log.find(({ type, taskId }) => type === 'TASK_CLAIMED' && taskId === earlier.id)
    if (enqueued === undefined) throw new Error('There is no retry.')
    await tamperer.forge(enqueued, (data) => ({ ...data, place: 2 }))
    const order = { expected: `${retry?.id} before ${earlier.id}`, found: `${earlier.id} while ${retry?.id} waited` }
    expect(await findings()).toMatchObject([
      { kind: 'OVERTAKEN', taskId: earlier.id, version: handedOut?.version, position: handedOut?.position, ...order },
    ])
    await tamperer.restore()
    await tamperer.forge(enqueued, ({ place: _, ...older }) => older)
    expect(await findings()).toEqual([])
  })
})
