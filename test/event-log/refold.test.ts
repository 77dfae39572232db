import { beforeAll, expect, it } from 'vitest'
import { newId } from '../../src/database/ids.js'
import type { Database } from '../../src/database/sql.js'
import { statement } from '../../src/database/sql.js'
import { currentState } from '../../src/event-log/stored-state.js'
import { FOLD_VERSION, initialState, SAME_STATES_SINCE } from '../../src/session-pointer/session-state.js'
import type { Runtime } from '../../src/generated/prisma/client.js'
import { conversationById } from '../../src/use-cases/reads/rows-by-id.js'
import { explainResume } from '../../src/use-cases/explain-resume.js'
import type { ConversationRow } from '../../src/use-cases/transaction/conversation-work.js'
import { aChat, anAgent, aRuntime, claim, complete, run, say } from '../support/daemon-steps.js'
import { expectSound } from '../support/invariants.js'
import { makeWorld, valueOf } from '../support/services.js'
import type { World } from '../support/services.js'
import { describePostgres } from '../support/test-database.js'
import { damagedOnPurpose } from '../support/proven-at-close.js'

const SPOIL = statement(
  'test_spoil_state',
  `UPDATE conversation SET state = $3::jsonb, "foldVersion" = $4 WHERE "workspaceId" = $1 AND id = $2`,
)
const STRANGE = statement(
  'test_strange_event',
  `WITH head AS (UPDATE log_head SET position = position + 1 WHERE "workspaceId" = $1 RETURNING position),
     stream AS (UPDATE conversation SET version = version + 1 WHERE "workspaceId" = $1 AND id = $2 RETURNING version)
   INSERT INTO session_event SELECT $1, head.position, $3, $2, stream.version, 'FROM_THE_FUTURE', 1, null, null, 'tok_1',
     now(), '{}', 'x' FROM head, stream`,
)

describePostgres('the state kept with a conversation', (open) => {
  let database: Database
  let world: World
  let runtime: Runtime
  let chat: ConversationRow

  beforeAll(async () => {
    database = await open()
    world = await makeWorld(database)
  })

  async function aChatWithSession(): Promise<void> {
    runtime = await aRuntime(world)
    chat = await aChat(world, await anAgent(world, runtime))
    await say(world, chat)
    await complete(world, await run(world, runtime), { sessionId: 'session-1', workDir: '/work' })
  }

  async function row(): Promise<ConversationRow> {
    const found = await conversationById(world.services, world.caller.workspaceId, chat.id)
    if (found === null) throw new Error('It is gone.')
    return found
  }

  beforeAll(() => damagedOnPurpose(database))
  const spoil = (foldVersion: number, state = initialState) =>
    database.sql.rows(SPOIL, [world.caller.workspaceId, chat.id, JSON.stringify(state), foldVersion])

  for (const [age, foldVersion] of [
    ['older', SAME_STATES_SINCE - 1],
    ['newer', FOLD_VERSION + 1],
  ] as const) {
    it(`reads and claims refold a state that an ${age} fold version wrote`, async () => {
      await aChatWithSession()
      const sound = await row()
      await spoil(foldVersion)
      expect(await currentState(database.sql, await row())).toEqual(sound.state)
      const explained = await explainResume(world.services, world.caller, { conversation: await row() })
      expect(valueOf(explained).sessionId).toBe('session-1')
      await say(world, chat)
      await spoil(foldVersion)
      expect((await claim(world, runtime)).decision.sessionId).toBe('session-1')
      await expectSound(database)
    })
  }

  it('a state of this fold version is used unchanged, without reading events', async () => {
    await aChatWithSession()
    const { version } = await row()
    await spoil(FOLD_VERSION, { ...initialState, version })
    expect(await currentState(database.sql, await row())).toEqual({ ...initialState, version })
  })

  it('a stream with an unknown event type is refolded at each read, and nothing is resumed', async () => {
    await aChatWithSession()
    await database.sql.rows(STRANGE, [world.caller.workspaceId, chat.id, newId('evt')])
    await say(world, chat)
    await say(world, chat)
    await database.sql.rows(SPOIL, [
      ...[world.caller.workspaceId, chat.id],
      ...[JSON.stringify({ ...initialState, unknownEvents: 1 }), FOLD_VERSION],
    ])
    const state = await currentState(database.sql, await row())
    expect([state.unknownEvents, state.bindings.map(({ sessionId }) => sessionId)]).toEqual([1, ['session-1']])
    const { decision } = await claim(world, runtime)
    expect([decision.outcome, decision.reason]).toEqual(['FRESH', 'UNKNOWN_HISTORY'])
  })
})
