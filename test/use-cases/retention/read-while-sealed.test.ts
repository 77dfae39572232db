import { beforeAll, expect, it } from 'vitest'
import type { Database } from '../../../src/database/sql.js'
import { statement } from '../../../src/database/sql.js'
import { readStream } from '../../../src/event-log/read-stream.js'
import { foldable } from '../../../src/event-log/stored-event.js'
import { currentState } from '../../../src/event-log/stored-state.js'
import { foldEvents } from '../../../src/session-pointer/fold.js'
import type { SessionState } from '../../../src/session-pointer/session-state.js'
import { cancelTask } from '../../../src/use-cases/cancel-task.js'
import { conversationById } from '../../../src/use-cases/reads/rows-by-id.js'
import { sealConversation } from '../../../src/use-cases/retention/seal-conversation.js'
import type { ConversationRow } from '../../../src/use-cases/transaction/conversation-work.js'
import { pin } from '../../support/daemon-steps.js'
import { valueOf } from '../../support/services.js'
import { forEachDatabase } from '../../support/test-database.js'
import { DAY, sealingGround } from './sealing-ground.js'
import type { SealingGround } from './sealing-ground.js'

const LEAVE = statement('test_leave', 'DELETE FROM session_event WHERE "conversationId" = $1 AND version <= $2')

forEachDatabase((open) => {
  let database: Database
  let ground: SealingGround

  beforeAll(async () => {
    database = await open()
    ground = await sealingGround(database)
  })

  async function rowOf(id: string): Promise<ConversationRow> {
    const row = await conversationById(ground.world.services, ground.world.caller.workspaceId, id)
    if (row === null) throw new Error('There is no such conversation.')
    return row
  }

  it.each([
    ['before any of its events has left', 'none'],
    // The first page of a clean-up may end between any two events.
    ['while the first of the events behind its stored state have left', 'some'],
    ['after all of them have left', 'all'],
  ])('a row that was read before the sealing has its session state %s', async (_, leaving) => {
    const { services, caller, clock } = ground.world
    const { workspaceId } = caller
    const { id } = await ground.aTalk()
    const cancelled = async () => {
      const held = await ground.sayAndRun(id)
      valueOf(await cancelTask(services, caller, { taskId: held.task.id }))
      return held
    }
    const [one, two] = [await cancelled(), await cancelled()]
    for (const held of [one, two]) await pin(ground.world, held, `late-${held.task.id}`)
    for (const held of [one, two]) await pin(ground.world, held, `late-${held.task.id}`, '/late')
    const row = await rowOf(id)
    const stored = (row.state as SessionState).version
    expect(row.version).toBe(stored + 4)
    const state = foldEvents((await readStream(database.sql, workspaceId, id)).map(foldable))
    clock.pass(1)
    expect(await sealConversation(services, ground.archive, { workspaceId, conversationId: id }, clock.now())).toBe(
      true,
    )
    if (leaving === 'some') await database.sql.rows(LEAVE, [id, stored + 2])
    if (leaving === 'all') await ground.retained()
    expect(await currentState(database.sql, row)).toEqual(state)
    expect(await currentState(database.sql, await rowOf(id))).toEqual({ ...state, version: row.version + 1 })
    clock.pass(31 * DAY)
    await ground.retained()
    expect(await ground.rowsOf(id)).toMatchObject({ events: 1 })
  })
})
