import { beforeAll, expect, it } from 'vitest'
import type { Database } from '../../../src/database/sql.js'
import { statement } from '../../../src/database/sql.js'
import { SAME_STATES_SINCE } from '../../../src/session-pointer/session-state.js'
import { complete } from '../../support/daemon-steps.js'
import { servicesOver } from '../../support/services.js'
import { forEachDatabase } from '../../support/test-database.js'
import { sealingGround } from './sealing-ground.js'
import type { SealingGround } from './sealing-ground.js'

/** As a build with another fold has left them. */
const OLDER_TOMBSTONE = statement(
  'test_older_tombstone',
  `UPDATE sealed_stream SET state = '{}', "foldVersion" = ${SAME_STATES_SINCE - 1} WHERE "conversationId" = $1`,
)
const OLDER_STATE = statement(
  'test_older_state',
  `UPDATE conversation SET state = '{}', "foldVersion" = ${SAME_STATES_SINCE - 1} WHERE id = $1`,
)

forEachDatabase((open) => {
  let database: Database
  let ground: SealingGround

  beforeAll(async () => {
    database = await open()
    ground = await sealingGround(database)
  })

  /** Sealed, gone on since, and then a server with another fold is started. */
  async function upgraded(): Promise<{ id: string; state: unknown }> {
    const { id, sealed } = await ground.aSealed()
    await complete(ground.world, await ground.sayAndRun(id), { output: 'Yes.' })
    await database.sql.rows(OLDER_TOMBSTONE, [id])
    await database.sql.rows(OLDER_STATE, [id])
    // A process remembers the states that it has folded. A new one knows none.
    const { conversations, claims } = servicesOver(database, ground.world.clock)
    Object.assign(ground.world.services, { conversations, claims })
    return { id, state: sealed.state }
  }

  it('a sealed conversation with the state of an older fold is refolded from its file and its later events', async () => {
    const { id, state } = await upgraded()
    await ground.retained()
    expect(await ground.tombstone(id)).toMatchObject({ state })
    const held = await ground.sayAndRun(id)
    expect(held.decision).toMatchObject({ outcome: 'RESUME', sessionId: `session-${id}` })
    await complete(ground.world, held, {})
    expect(await ground.findings()).toEqual([])
  })

  it('a tombstone names the oldest fold that makes its state, so that servers of builds since then go on from it', async () => {
    const { id } = await ground.aSealed()
    const older = await ground.tombstone(id)
    expect(older?.foldVersion).toBe(SAME_STATES_SINCE)
    const held = await ground.sayAndRun(id)
    expect(held.decision).toMatchObject({ outcome: 'RESUME', sessionId: `session-${id}` })
    await complete(ground.world, held, {})
    expect(await ground.findings()).toEqual([])
  })

  it('a claim before the refold offers no session, and one after it does', async () => {
    const { id } = await upgraded()
    const early = await ground.sayAndRun(id)
    expect(early.decision).toMatchObject({ outcome: 'FRESH', sessionId: null })
    await complete(ground.world, early, {})
    await ground.retained()
    const held = await ground.sayAndRun(id)
    expect(held.decision).toMatchObject({ outcome: 'RESUME', sessionId: `session-${id}` })
    await complete(ground.world, held, {})
    expect(await ground.findings()).toEqual([])
  })
})
