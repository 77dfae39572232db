import { beforeAll, expect, it } from 'vitest'
import type { Database } from '../../../src/database/sql.js'
import { statement } from '../../../src/database/sql.js'
import { readStream } from '../../../src/event-log/read-stream.js'
import { foldable } from '../../../src/event-log/stored-event.js'
import type { StoredEvent } from '../../../src/event-log/stored-event.js'
import type { Finding } from '../../../src/event-log/verify/finding.js'
import { verifyLog } from '../../../src/event-log/verify/verify-log.js'
import { foldEvents } from '../../../src/session-pointer/fold.js'
import { SAME_STATES_SINCE } from '../../../src/session-pointer/session-state.js'
import type { SessionState } from '../../../src/session-pointer/session-state.js'
import { cancelTask } from '../../../src/use-cases/cancel-task.js'
import { conversationById } from '../../../src/use-cases/reads/rows-by-id.js'
import { eraseConversationContent } from '../../../src/use-cases/erase-conversation-content.js'
import { fillSnapshots } from '../../../src/use-cases/fill-snapshots.js'
import { planHistory } from '../../../src/use-cases/reads/fold-history.js'
import { sessionAt } from '../../../src/use-cases/reads/session-at.js'
import type { ConversationRow } from '../../../src/use-cases/transaction/conversation-work.js'
import { countingDatabase } from '../../support/counting-database.js'
import type { CountingDatabase } from '../../support/counting-database.js'
import { aChat, anAgent, aRuntime, fail, run, say } from '../../support/daemon-steps.js'
import { rowsWith } from '../../support/rows-with.js'
import { makeWorld, valueOf } from '../../support/services.js'
import type { World } from '../../support/services.js'
import { forEachDatabase } from '../../support/test-database.js'

const ALL = statement(
  'test_snapshots',
  `SELECT position::text AS position, version, "foldVersion", state FROM session_snapshot
   WHERE "conversationId" = $1 ORDER BY position`,
)
const NONE = statement('test_no_snapshots', 'DELETE FROM session_snapshot')
const OLDER = statement(
  'test_older_snapshots',
  `UPDATE session_snapshot SET "foldVersion" = ${SAME_STATES_SINCE - 1}, state = '{}' WHERE version = 256`,
)
const WRONG = statement(
  'test_wrong_snapshot',
  `UPDATE session_snapshot SET state = jsonb_set(state, '{gapFlag}', 'true') WHERE version = 512`,
)
const NOWHERE = statement('test_snapshot_nowhere', `UPDATE session_snapshot SET version = 300 WHERE version = 512`)

interface Row {
  position: string
  version: number
  state: SessionState
}

const SECRET = 'Rosebud'

forEachDatabase((open) => {
  let database: Database
  let world: World
  let chat: ConversationRow
  let stream: StoredEvent[]
  let counted: CountingDatabase

  /** 550 events: sessions come and go, and words are said that may have to be erased. */
  beforeAll(async () => {
    counted = countingDatabase(await open())
    ;({ database } = counted)
    world = await makeWorld(database)
    const runtime = await aRuntime(world)
    chat = await aChat(world, await anAgent(world, runtime))
    for (let n = 0; n < 8; n++) {
      await say(world, chat, { content: `${SECRET}?` })
      const held = await run(world, runtime)
      const failure = {
        failureReason: `no ${SECRET}`,
        error: `No ${SECRET}.`,
        sessionId: `session-${n}`,
        workDir: '/w',
      }
      await fail(world, held, failure)
      for (let m = 0; m < 22; m++) {
        const { id } = await say(world, chat)
        valueOf(await cancelTask(world.services, world.caller, { taskId: id }))
      }
    }
    stream = await readStream(database.sql, world.caller.workspaceId, chat.id)
    chat = (await conversationById(world.services, world.caller.workspaceId, chat.id)) ?? chat
  }, 120_000)

  const rows = () => database.sql.rows<Row>(ALL, [chat.id])
  const fill = () => fillSnapshots(world.services, new AbortController().signal)
  const foldTo = (version: number) => foldEvents(stream.slice(0, version).map(foldable))
  const expected = () =>
    [256, 512].map((version) => ({ version, position: stream[version - 1]?.position, state: foldTo(version) }))
  async function snapshotFindings(): Promise<Finding[]> {
    const found: Finding[] = []
    await verifyLog(database, { report: (one) => found.push(one) })
    return found
  }

  it('the commit of every 256th event of a conversation stores a snapshot', async () => {
    expect(stream.length).toBeGreaterThan(512)
    expect(await rows()).toMatchObject(expected())
  })

  it('the past is folded from the snapshot before it, in one read of at most 256 events', async () => {
    for (const version of [1, 255, 256, 257, 300, 511, 512, 520, stream.length]) {
      const at = stream[version - 1]?.position ?? ''
      counted.asked()
      const place = await sessionAt(world.services, chat, at)
      expect(counted.asked().filter((name) => name.startsWith('read_stream'))).toEqual(['read_stream_page'])
      expect(place.state).toEqual(foldTo(version))
      expect(place).toMatchObject({ position: at, occurredAt: stream[version - 1]?.occurredAt })
      const [stretch, ...others] = await planHistory(world.services, chat, [BigInt(at)])
      expect(others).toEqual([])
      expect(stretch?.events).toBeLessThanOrEqual(256)
    }
  })

  it('events of other conversations in between change nothing', async () => {
    await aChat(world, await anAgent(world, await aRuntime(world)))
    const beyond = (BigInt(stream.at(-1)?.position ?? 0) + 1n).toString()
    expect((await sessionAt(world.services, chat, beyond)).state).toEqual(foldTo(stream.length))
  })

  it('several positions are folded from the nearest snapshots, with one fold between two snapshots', async () => {
    const positions = [520, 300, 10, 310].map((version) => BigInt(stream[version - 1]?.position ?? 0))
    const plan = await planHistory(world.services, chat, positions)
    expect(plan.map((stretch) => stretch.positions.length)).toEqual([1, 2, 1])
  })

  it('without snapshots the past is the same, and a start creates them again', async () => {
    await database.sql.rows(NONE)
    const at = stream[399]?.position ?? ''
    expect((await sessionAt(world.services, chat, at)).state).toEqual(foldTo(400))
    expect(await fill()).toBe(2)
    expect(await rows()).toMatchObject(expected())
    expect(await fill()).toBe(0)
  })

  it('a snapshot of another fold version is ignored, and a start creates it again', async () => {
    await database.sql.rows(OLDER)
    const at = stream[299]?.position ?? ''
    expect((await sessionAt(world.services, chat, at)).state).toEqual(foldTo(300))
    expect(await snapshotFindings()).toEqual([])
    expect(await fill()).toBe(2)
    expect(await rows()).toMatchObject(expected())
  })

  it('verify finds a wrong snapshot, and names it', async () => {
    await database.sql.rows(WRONG)
    const [finding, ...others] = await snapshotFindings()
    expect(others).toEqual([])
    expect(finding).toMatchObject({
      kind: 'SNAPSHOT',
      conversationId: chat.id,
      version: 512,
      position: stream[511]?.position,
    })
    expect(finding?.expected).toContain('"gapFlag":false')
    expect(finding?.found).toContain('"gapFlag":true')
    await database.sql.rows(NOWHERE)
    expect(await snapshotFindings()).toMatchObject([
      { kind: 'SNAPSHOT', version: 300, expected: 'no snapshot at version 300' },
    ])
    await database.sql.rows(NONE)
    await fill()
  })

  it('an erased text is in no snapshot', async () => {
    expect((await rowsWith(database, SECRET)).length).toBeGreaterThan(0)
    valueOf(await eraseConversationContent(world.services, world.caller, { conversationId: chat.id }))
    expect(await rows()).toHaveLength(2)
    expect(await rowsWith(database, SECRET)).toEqual([])
  })
})
