import { beforeAll, expect, it } from 'vitest'
import { statement } from '../../../src/database/sql.js'
import { sweep } from '../../../src/use-cases/sweep.js'
import { anAgent, aRuntime, claim, enqueue, taskNow } from '../../support/daemon-steps.js'
import { makeWorld } from '../../support/services.js'
import type { World } from '../../support/services.js'
import { describePostgres } from '../../support/test-database.js'
import { damagedOnPurpose } from '../../support/proven-at-close.js'

const SPOIL = statement('test_spoil_version', 'UPDATE conversation SET version = version - 1 WHERE id = $1')
const STATES = statement('test_states', 'SELECT state FROM dispatch WHERE "taskId" = $1')

describePostgres('a sweep that meets a damaged conversation', (open) => {
  let world: World

  beforeAll(async () => {
    world = await makeWorld(await open())
  })

  it('handles everything else, and then fails', async () => {
    const runtime = await aRuntime(world)
    const agent = await anAgent(world, runtime)
    const damaged = await enqueue(world, agent)
    const sound = await enqueue(world, agent)
    const availableAt = new Date(world.clock.now().getTime() + 5_000)
    const scheduled = await enqueue(world, agent, { availableAt })
    await claim(world, runtime)
    await claim(world, runtime)
    damagedOnPurpose(world.services.database)
    await world.services.database.sql.rows(SPOIL, [damaged.conversationId])
    world.clock.pass(61)
    await expect(sweep(world.services)).rejects.toThrow()
    expect((await taskNow(world, sound)).status).toBe('QUEUED')
    expect(await world.services.database.sql.rows(STATES, [scheduled.id])).toEqual([{ state: 'READY' }])
    expect((await taskNow(world, damaged)).status).toBe('CLAIMED')
  })
})
