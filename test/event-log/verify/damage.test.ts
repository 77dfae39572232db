import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../../../src/database/sql.js'
import { readStream } from '../../../src/event-log/read-stream.js'
import type { StoredEvent } from '../../../src/event-log/stored-event.js'
import type { Finding } from '../../../src/event-log/verify/finding.js'
import { verifyLog } from '../../../src/event-log/verify/verify-log.js'
import { livedIn } from '../../support/lived-in.js'
import type { LivedIn } from '../../support/lived-in.js'
import { makeWorld } from '../../support/services.js'
import { Tamperer } from '../../support/tampering.js'
import { forEachDatabase } from '../../support/test-database.js'

forEachDatabase((open) => {
  let database: Database
  let ground: LivedIn
  let tamperer: Tamperer
  let stream: StoredEvent[]

  beforeAll(async () => {
    database = await open()
    ground = await livedIn(await makeWorld(database))
    tamperer = await Tamperer.of(database)
    stream = await readStream(database.sql, ground.chat.workspaceId, ground.chat.id)
  })
  afterEach(() => tamperer.restore())

  async function findings(): Promise<Finding[]> {
    const found: Finding[] = []
    await verifyLog(database, { report: (one) => found.push(one) })
    return found
  }

  const kinds = async (): Promise<string[]> => [...new Set((await findings()).map(({ kind }) => kind))].toSorted()
  const only = async (kind: string): Promise<Finding[]> => (await findings()).filter((one) => one.kind === kind)
  const nth = (index: number): StoredEvent => {
    const event = stream.at(index)
    if (event === undefined) throw new Error(`The stream has no event ${index}.`)
    return event
  }
  const atEvent = ({ workspaceId, conversationId, position, version, taskId }: StoredEvent) => ({
    workspaceId,
    conversationId,
    position,
    version,
    taskId,
  })
  const atEnd = () => ({ ...atEvent(nth(-1)), taskId: null })
  /** Also of no event: as the log as a whole has it. */
  const ofLog = (position: string | null) => ({
    workspaceId: ground.chat.workspaceId,
    conversationId: null,
    position,
    version: null,
    taskId: null,
  })

  describe('the order of events', () => {
    it('finds a missing event in the middle', async () => {
      const gone = nth(1)
      await tamperer.run('DELETE FROM session_event WHERE id = $1', [gone.id])
      expect(await only('VERSION_HOLE')).toEqual([
        { kind: 'VERSION_HOLE', ...atEvent(nth(2)), expected: 'version 2', found: 'version 3' },
      ])
      expect(await only('POSITION_HOLE')).toEqual([
        {
          kind: 'POSITION_HOLE',
          ...ofLog(nth(2).position),
          expected: `position ${gone.position}`,
          found: `position ${nth(2).position}`,
        },
      ])
      expect(await kinds()).toEqual([
        'DECISION',
        'DIGEST',
        'HANDOFF_RANGE',
        'POSITION_HOLE',
        'STORED_STATE',
        'VERSION_HOLE',
      ])
    })

    it('finds the missing first event of a log', async () => {
      await tamperer.run('DELETE FROM session_event WHERE position = 1')
      expect(await only('POSITION_HOLE')).toMatchObject([{ expected: 'position 1', found: 'position 2' }])
    })

    it('finds the missing last event, by the head of the log and by the conversation', async () => {
      const last = nth(-1)
      await tamperer.run('DELETE FROM session_event WHERE id = $1', [last.id])
      const before = nth(-2)
      expect(await only('LOG_HEAD')).toEqual([
        {
          kind: 'LOG_HEAD',
          ...ofLog(before.position),
          expected: `the log's head at ${before.position}`,
          found: `at ${last.position}`,
        },
      ])
      expect(await only('STORED_VERSION')).toEqual([
        {
          kind: 'STORED_VERSION',
          ...atEvent(before),
          taskId: null,
          expected: `version ${before.version}`,
          found: `version ${last.version}`,
        },
      ])
      expect(await kinds()).toEqual([...['DIGEST', 'LISTING_ROW', 'LOG_HEAD', 'STORED_VERSION', 'TASK_ROW']])
    })

    it('finds two swapped events', async () => {
      const [first, second] = [nth(3), nth(4)]
      await tamperer.run('UPDATE session_event SET version = 1000 WHERE id = $1', [first.id])
      await tamperer.run('UPDATE session_event SET version = $2 WHERE id = $1', [second.id, first.version])
      await tamperer.run('UPDATE session_event SET version = $2 WHERE id = $1', [first.id, second.version])
      expect(await only('POSITION_ORDER')).toEqual([
        {
          kind: 'POSITION_ORDER',
          ...atEvent(first),
          version: second.version,
          expected: `a position after ${second.position}`,
          found: `position ${first.position}`,
        },
      ])
      expect(await kinds()).toContain('DIGEST')
    })

    it('finds an event that was moved to the end of the log', async () => {
      const moved = nth(2)
      await tamperer.run('UPDATE session_event SET position = 1000 WHERE id = $1', [moved.id])
      expect(await only('POSITION_ORDER')).toMatchObject([
        { ...atEvent(nth(3)), expected: 'a position after 1000', found: `position ${nth(3).position}` },
      ])
      expect(await only('POSITION_HOLE')).toMatchObject([
        { expected: `position ${moved.position}` },
        { expected: `position ${BigInt(nth(-1).position) + 1n}`, found: 'position 1000' },
      ])
      expect(await only('LOG_HEAD')).toMatchObject([{ expected: "the log's head at 1000" }])
    })

    it('compares positions as numbers, not as texts', async () => {
      expect(Number(nth(-1).position)).toBeGreaterThan(10)
      expect(await findings()).toEqual([])
    })

    it.each([
      ['behind', 'UPDATE log_head SET position = position - 1'],
      ['ahead', 'UPDATE log_head SET position = position + 1'],
      ['gone', 'DELETE FROM log_head'],
    ])('finds a head of the log that is %s', async (_, damage) => {
      await tamperer.run(damage)
      expect(await findings()).toMatchObject([{ kind: 'LOG_HEAD', ...ofLog(nth(-1).position) }])
    })
  })

  describe('the stored conversation', () => {
    it('finds a changed state, and shows both', async () => {
      await tamperer.run(`UPDATE conversation SET state = jsonb_set(state, '{gapFlag}', 'true') WHERE id = $1`, [
        ground.chat.id,
      ])
      const [finding, ...others] = await findings()
      expect(others).toEqual([])
      expect(finding).toMatchObject({ kind: 'STORED_STATE', ...atEnd() })
      expect(finding?.expected).toContain('"gapFlag":false')
      expect(finding?.found).toContain('"gapFlag":true')
    })

    it.each([
      ['version', 'version = version + 1', 'STORED_VERSION'],
      ['digest', `digest = 'another'`, 'DIGEST'],
      ['issue', `"issueKey" = 'OTHER'`, 'CONVERSATION_ROW'],
    ])('finds a changed %s', async (_, set, kind) => {
      const ofRunning = ground.running.conversationId
      await tamperer.run(`UPDATE conversation SET ${set} WHERE id = $1`, [ofRunning])
      expect(await findings()).toMatchObject([{ kind, conversationId: ofRunning }])
    })

    it('finds a missing row', async () => {
      await tamperer.run('ALTER TABLE task_row DROP CONSTRAINT "task_workspaceId_conversationId_fkey"')
      await tamperer.run('DELETE FROM conversation WHERE id = $1', [ground.chat.id])
      expect(await findings()).toEqual([
        { kind: 'CONVERSATION_ROW', ...atEnd(), expected: 'a conversation row', found: 'none' },
      ])
    })

    it('finds a row without any event', async () => {
      await tamperer.run(
        `INSERT INTO conversation SELECT (jsonb_populate_record(c, '{"id": "chat_empty", "issueKey": null}')).*
         FROM conversation c WHERE id = $1`,
        [ground.chat.id],
      )
      const { position: _position, ...nowhere } = ofLog(null)
      expect(await findings()).toEqual([
        {
          kind: 'CONVERSATION_ROW',
          ...nowhere,
          position: null,
          conversationId: 'chat_empty',
          expected: 'events of the conversation',
          found: `a row at version ${nth(-1).version} and no event`,
        },
      ])
    })

    it('finds events of a missing workspace', async () => {
      await tamperer.run('CREATE TABLE copy_of_workspace AS SELECT * FROM workspace')
      await tamperer.run('DELETE FROM workspace')
      const found = await findings()
      await tamperer.run('INSERT INTO workspace SELECT * FROM copy_of_workspace')
      expect(found).toEqual([{ kind: 'WORKSPACE_ROW', ...ofLog(null), expected: 'a workspace row', found: 'none' }])
    })
  })
})
