import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { gunzipSync, gzipSync } from 'node:zlib'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Database, Statement } from '../../../src/database/sql.js'
import { SAME_STATES_SINCE } from '../../../src/session-pointer/session-state.js'
import { statement } from '../../../src/database/sql.js'
import { readCompressed } from '../../../src/event-log/sealed/archive-directory.js'
import type { Finding } from '../../../src/event-log/verify/finding.js'
import { verifyExport } from '../../../src/event-log/verify/verify-export.js'
import { verifyConversation } from '../../../src/event-log/verify/verify-log.js'
import { SNAPSHOT_EVERY } from '../../../src/session-pointer/when-stored.js'
import { conversationById } from '../../../src/use-cases/reads/rows-by-id.js'
import { ConversationSealed } from '../../../src/use-cases/calls/outcome.js'
import { fillSnapshots } from '../../../src/use-cases/fill-snapshots.js'
import { foldHistory, planHistory } from '../../../src/use-cases/reads/fold-history.js'
import { retain } from '../../../src/use-cases/retention/retain.js'
import type { ConversationRow } from '../../../src/use-cases/transaction/conversation-work.js'
import { updateChatSession } from '../../../src/use-cases/update-chat-session.js'
import { claim, complete, enqueue, run, say } from '../../support/daemon-steps.js'
import { rowsWith } from '../../support/rows-with.js'
import { valueOf } from '../../support/services.js'
import { forEachDatabase } from '../../support/test-database.js'

import { DAY, sealingGround } from './sealing-ground.js'
import type { SealingGround } from './sealing-ground.js'

const OLDER_SNAPSHOTS = statement(
  'test_older_fold',
  `UPDATE session_snapshot SET "foldVersion" = ${SAME_STATES_SINCE - 1}, state = '{}' WHERE "conversationId" = $1`,
)

forEachDatabase((open) => {
  let database: Database
  let ground: SealingGround

  beforeAll(async () => {
    database = await open()
    ground = await sealingGround(database)
  })

  beforeEach(async () => {
    // What the test before left is sealed.
    ground.world.clock.pass(31 * DAY)
    await ground.retained()
  })

  async function conversationOf(id: string): Promise<ConversationRow> {
    const row = await conversationById(ground.world.services, ground.world.caller.workspaceId, id)
    if (row === null) throw new Error('There is no such conversation.')
    return row
  }

  describe('an idle conversation', () => {
    it('is moved into its files, and its remaining rows prove them', async () => {
      const { id } = await ground.aTalk()
      expect(await ground.retained()).toMatchObject({ conversationsSealed: 0 })
      ground.world.clock.pass(30 * DAY)
      expect(await ground.retained()).toMatchObject({ conversationsSealed: 0 })
      ground.world.clock.pass(1)
      expect(await ground.retained()).toMatchObject({ conversationsSealed: 1 })
      expect(await ground.rowsOf(id)).toEqual({ events: 1, tasks: 0, contents: 0, messages: 0, listed: 0 })
      expect(await rowsWith(database, 'Juniper 1')).toEqual([])
      const sealed = await ground.tombstone(id)
      expect(sealed).toMatchObject({ clearedAt: ground.world.clock.now() })
      expect(ground.filesOf(id)).toHaveLength(2)
      expect(await ground.findings()).toEqual([])
      const one = await verifyConversation(database, ground.world.caller.workspaceId, id, undefined, ground.archive)
      expect(one).toMatchObject({
        findings: [],
        tally: { events: (sealed?.throughVersion ?? 0) + 1, tasks: 0, claims: 3 },
      })
    })

    it('is proven from its file alone', async () => {
      const { sealed } = await ground.aSealed()
      const found: Finding[] = []
      const lines = readCompressed(ground.archive.pathOf(sealed.file, 'events'))
      const tally = await verifyExport(lines, { report: (one) => found.push(one) })
      expect(found).toEqual([])
      expect(tally).toMatchObject({ conversations: 1, events: sealed.throughVersion, tasks: 3 })
    })

    it('is kept while one of its tasks waits or runs', async () => {
      await enqueue(ground.world, ground.agent, { issueKey: 'WAITS' })
      const held = await claim(ground.world, ground.runtime)
      ground.world.clock.pass(40 * DAY)
      expect(await ground.retained()).toMatchObject({ conversationsSealed: 0 })
      await complete(ground.world, await ground.started(held), {})
      expect(await ground.retained()).toMatchObject({ conversationsSealed: 0 })
      ground.world.clock.pass(31 * DAY)
      expect(await ground.retained()).toMatchObject({ conversationsSealed: 1 })
      expect(await ground.findings()).toEqual([])
    })

    it('F18: continues from its last state, and can be sealed again with all events in one file', async () => {
      const { id, sealed } = await ground.aSealed('Rowan')
      await say(ground.world, { id }, { content: 'Still there, Rowan?' })
      const held = await claim(ground.world, ground.runtime)
      expect(held.decision).toMatchObject({ outcome: 'RESUME', sessionId: `session-${id}` })
      expect(await ground.findings()).toEqual([])
      await complete(ground.world, await ground.started(held), { output: 'Yes.' })
      expect(await ground.findings()).toEqual([])
      expect(await ground.rowsOf(id)).toMatchObject({ tasks: 1, messages: 2, listed: 1 })
      ground.world.clock.pass(31 * DAY)
      expect(await ground.retained()).toMatchObject({ conversationsSealed: 1 })
      const again = await ground.tombstone(id)
      expect(again?.throughVersion).toBeGreaterThan(sealed.throughVersion)
      expect(ground.filesOf(id)).toEqual([
        `${again?.file ?? ''}.events.jsonl.gz`,
        `${again?.file ?? ''}.texts.jsonl.gz`,
      ])
      expect(await ground.findings()).toEqual([])
    })

    it('has new snapshots of later events, which start from its sealed state', async () => {
      const { id } = await ground.aTalk()
      const talk = async () => {
        await complete(ground.world, await ground.sayAndRun(id), { sessionId: `session-${id}` })
      }
      const untilVersion = async (version: number) => {
        while ((await conversationOf(id)).version < version) await talk()
      }
      await untilVersion(SNAPSHOT_EVERY + 1)
      ground.world.clock.pass(31 * DAY)
      expect(await ground.retained()).toMatchObject({ conversationsSealed: 1 })
      const fill = () => fillSnapshots(ground.world.services, new AbortController().signal)
      expect(await fill()).toBe(0)
      await untilVersion(2 * SNAPSHOT_EVERY + 1)
      expect(await fill()).toBe(0)
      await database.sql.rows(OLDER_SNAPSHOTS, [id])
      expect(await fill()).toBe(1)
      expect(await ground.findings()).toEqual([])
    })

    it('never answers from incomplete rows if it is sealed during a fold', async () => {
      const { id } = await ground.aTalk()
      const { services } = ground.world
      const conversation = await conversationOf(id)
      const plan = await planHistory(services, conversation, [10n ** 9n])
      ground.world.clock.pass(31 * DAY)
      await ground.retained()
      const held = await ground.sayAndRun(id)
      await expect(foldHistory(services, conversation, plan, 'nobody')).rejects.toThrow(ConversationSealed)
      await complete(ground.world, held, {})
    })

    it('is done only when its last event is removed, even if another server removes rows too', async () => {
      const { id } = await ground.aTalk()
      ground.world.clock.pass(31 * DAY)
      const rows = <Row>(asked: Statement, values?: readonly unknown[]): Promise<Row[]> =>
        asked.name === 'clear_sealed' ? Promise.resolve([]) : database.sql.rows<Row>(asked, values)
      const beaten = { ...ground.world.services, database: { ...database, sql: { rows } } }
      await retain(beaten, { progressDays: 0, textsDays: 0, conversationsDays: 30 }, new AbortController().signal)
      expect(await ground.tombstone(id)).toMatchObject({ clearedAt: null })
      await ground.retained()
      expect((await ground.tombstone(id))?.clearedAt).not.toBeNull()
      expect(await ground.rowsOf(id)).toMatchObject({ events: 1, tasks: 0 })
    })

    it('is not sealed again after a new title, and is in no list', async () => {
      const { id } = await ground.aSealed('Aspen')
      valueOf(
        await updateChatSession(ground.world.services, ground.world.caller, { chatSessionId: id, title: 'Renamed' }),
      )
      expect(await ground.rowsOf(id)).toMatchObject({ listed: 0 })
      expect(await ground.retained()).toMatchObject({ conversationsSealed: 0 })
      expect(await ground.findings()).toEqual([])
    })
  })

  describe('the proof', () => {
    it('names a missing file, and continues from the remaining rows', async () => {
      const { id, sealed } = await ground.aSealed()
      await say(ground.world, { id }, { content: 'Go on.' })
      await complete(ground.world, await run(ground.world, ground.runtime), {})
      const path = ground.archive.pathOf(sealed.file, 'events')
      renameSync(path, `${path}.away`)
      expect(await ground.findings()).toMatchObject([
        { kind: 'ARCHIVE_FILE', conversationId: id, expected: expect.stringContaining(path) as string },
      ])
      renameSync(`${path}.away`, path)
      expect(await ground.findings()).toEqual([])
      const without = await ground.findings(null)
      expect(without.length).toBeGreaterThan(0)
      expect(new Set(without.map(({ kind }) => kind))).toEqual(new Set(['ARCHIVE_FILE']))
      await complete(ground.world, await ground.sayAndRun(id), {})
    })

    it('finds an edited file, an edited tombstone, and a removed event without a tombstone', async () => {
      const { id, sealed } = await ground.aSealed()
      const path = ground.archive.pathOf(sealed.file, 'events')
      const whole = readFileSync(path)
      writeFileSync(path, gzipSync(gunzipSync(whole).toString().replace('TASK_STARTED', 'TASK_STOPPED')))
      expect(await ground.findings()).toMatchObject([{ kind: 'ARCHIVE_FILE', conversationId: id }])
      writeFileSync(path, whole.subarray(0, whole.length / 2))
      expect(await ground.findings()).toMatchObject([{ kind: 'ARCHIVE_FILE', conversationId: id }])
      writeFileSync(path, whole)
      const edit = (set: string) =>
        database.sql.rows(
          statement(`test_edit_${set.length}`, `UPDATE sealed_stream SET ${set} WHERE "conversationId" = $1`),
          [id],
        )
      await edit(
        `positions = positions - '{[1,${sealed.lastPosition}]}'::int8multirange + '{[${sealed.lastPosition},${sealed.lastPosition}]}'`,
      )
      const kinds = new Set((await ground.findings()).map(({ kind }) => kind))
      expect(kinds).toEqual(new Set(['SEALED_ROW', 'POSITION_HOLE']))
      await edit(`positions = '${sealed.positions}'`)
      await edit(`"exportDigest" = 'another one'`)
      expect(new Set((await ground.findings()).map(({ kind }) => kind))).toEqual(
        new Set(['ARCHIVE_FILE', 'SEALED_ROW']),
      )
      await edit(`"exportDigest" = '${sealed.exportDigest}'`)
      expect(await ground.findings()).toEqual([])
    })

    it('refuses the removal of events that are not sealed', async () => {
      const { id } = await ground.aTalk()
      const { id: other } = await ground.aSealed()
      const remove = (conversationId: string) =>
        database.sql
          .rows(statement('test_remove', 'DELETE FROM session_event WHERE "conversationId" = $1'), [conversationId])
          .catch((error: unknown) => error)
      expect(await remove(id)).toMatchObject({ message: expect.stringContaining('append-only') as string })
      // Its own event of the sealing stands behind what is sealed.
      expect(await remove(other)).toMatchObject({ message: expect.stringContaining('append-only') as string })
      expect(await ground.findings()).toEqual([])
    })
  })
})
