import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import type { Database } from '../../../src/database/sql.js'
import { statement } from '../../../src/database/sql.js'
import { exportLog } from '../../../src/event-log/export/export-log.js'
import { readStream } from '../../../src/event-log/read-stream.js'
import { foldable } from '../../../src/event-log/stored-event.js'
import type { Finding } from '../../../src/event-log/verify/finding.js'
import { verifyExport } from '../../../src/event-log/verify/verify-export.js'
import { verifyLog } from '../../../src/event-log/verify/verify-log.js'
import { foldEvents } from '../../../src/session-pointer/fold.js'
import { initialState } from '../../../src/session-pointer/session-state.js'
import type { SessionState } from '../../../src/session-pointer/session-state.js'
import { aChat, anAgent, aRuntime, complete, pin, run, say } from '../../support/daemon-steps.js'
import { makeWorld } from '../../support/services.js'
import type { World } from '../../support/services.js'
import { forEachDatabase } from '../../support/test-database.js'

const HEAD = statement('test_head', 'SELECT version, state FROM conversation WHERE id = $1')
const KEEP = statement('test_keep_state', 'UPDATE conversation SET state = $2::jsonb WHERE id = $1')

async function* each(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines
}

forEachDatabase((open) => {
  let database: Database
  let world: World
  let chat: { id: string }
  let [earlierEnd, lastEnd] = [0, 0]
  let sound: SessionState

  beforeAll(async () => {
    database = await open()
  })

  async function headOf(): Promise<{ version: number; state: SessionState }> {
    const [head] = await database.sql.rows<{ version: number; state: SessionState }>(HEAD, [chat.id])
    if (head === undefined) throw new Error('The chat is gone.')
    return head
  }

  async function foldTo(version: number): Promise<SessionState> {
    const stream = await readStream(database.sql, world.caller.workspaceId, chat.id)
    return foldEvents(stream.slice(0, version).map(foldable))
  }

  /** Two runs that ended, and one that runs. */
  beforeEach(async () => {
    world = await makeWorld(database)
    const runtime = await aRuntime(world)
    chat = await aChat(world, await anAgent(world, runtime))
    const runs = async () => {
      await say(world, chat)
      return run(world, runtime)
    }
    await complete(world, await runs(), { sessionId: 'session-1' })
    earlierEnd = (await headOf()).version
    await complete(world, await runs(), { sessionId: 'session-2' })
    lastEnd = (await headOf()).version
    await pin(world, await runs(), 'session-3')
    sound = (await headOf()).state
  })
  // The whole log is proven once more when the database is closed.
  afterEach(() => keep(sound))

  /** By the rows, and by the file of an export, which must agree. */
  const findings = async (): Promise<Finding[]> => {
    const { workspaceId } = world.caller
    const [ofRows, ofFile]: [Finding[], Finding[]] = [[], []]
    await verifyLog(database, { workspaceId, report: (one) => ofRows.push(one) })
    const lines: string[] = []
    await exportLog(database, chat.id, (line) => void lines.push(line))
    await verifyExport(each(lines), { report: (one) => ofFile.push(one) })
    expect(ofFile).toEqual(ofRows)
    return ofRows
  }
  const keep = (state: object) => database.sql.rows(KEEP, [chat.id, JSON.stringify(state)])

  it('the proof finds nothing where the state lags, whichever events since the last end it has', async () => {
    const { version } = await headOf()
    expect(sound.version).toBe(lastEnd)
    expect(version).toBeGreaterThan(lastEnd + 1)
    for (let at = lastEnd; at <= version; at++) {
      await keep(await foldTo(at))
      expect(await findings()).toEqual([])
    }
  })

  it('the proof finds a state that is wrong at its own version', async () => {
    await keep({ ...sound, gapFlag: true })
    const [finding, ...others] = await findings()
    expect(others).toEqual([])
    expect(finding).toMatchObject({ kind: 'STORED_STATE', conversationId: chat.id })
    expect(JSON.parse(finding?.expected ?? '')).toEqual(sound)
    expect(JSON.parse(finding?.found ?? '')).toEqual({ ...sound, gapFlag: true })
  })

  it.each([
    ['of before the last end', () => foldTo(lastEnd - 1)],
    ['of an earlier end', () => foldTo(earlierEnd)],
    ['of no event', () => Promise.resolve(initialState)],
    ['that is ahead of its stream', async () => ({ ...(await foldTo(99)), version: 99 })],
    ['of a later version than it says', async () => ({ ...(await foldTo(99)), version: lastEnd })],
    ['without a version', async () => ({ ...(await foldTo(lastEnd)), version: null })],
  ])('the proof finds a state %s', async (_, made) => {
    await keep(await made())
    expect(await findings()).toMatchObject([{ kind: 'STORED_STATE', conversationId: chat.id }])
  })
})
