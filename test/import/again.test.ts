import type { ImportedConversation } from '../../src/import/import-summary.js'
import { conversationText } from '../../src/import/report-text.js'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { newId } from '../../src/database/ids.js'
import type { Database } from '../../src/database/sql.js'
import { statement } from '../../src/database/sql.js'
import { makeWorld } from '../support/services.js'
import { aRuntime } from '../support/daemon-steps.js'
import { openPostgresDatabase } from '../support/postgres-database.js'
import { describePostgres, forEachDatabase } from '../support/test-database.js'
import { contentsOf, importInto, oursOf, verified } from './imported.js'
import { timeAt } from './given-rows.js'
import { SourceDatabase } from './source-database.js'
import { tellStory } from './source-story.js'
import type { Story } from './source-story.js'

/** The ids that an import gives follow from the workspace's, so that two imports into this one can be compared. */
const WORKSPACE = newId('ws')
const INSERT_WORKSPACE = statement(
  'test_insert_workspace',
  `WITH head AS (INSERT INTO log_head ("workspaceId") VALUES ($1))
   INSERT INTO workspace (id, name, "createdAt") VALUES ($1, 'Here', '2026-01-01Z')`,
)

describePostgres('an import', () => {
  let source: SourceDatabase
  let story: Story

  beforeAll(async () => {
    const home = await openPostgresDatabase()
    source = await SourceDatabase.create(home, 'NEW')
    story = await tellStory(source, 'NEW')
    return async () => {
      await source.close()
      await home.close()
    }
  })

  forEachDatabase((open) => {
    const into = WORKSPACE
    let database: Database
    let atOnce: Record<string, string[]>

    const withWorkspace = async (): Promise<Database> => {
      const opened = await open()
      await opened.sql.rows(INSERT_WORKSPACE, [WORKSPACE])
      return opened
    }

    beforeAll(async () => {
      const whole = await withWorkspace()
      await importInto(whole, source, { into })
      atOnce = withoutChance(await contentsOf(whole))
      await whole.close()
    })

    beforeEach(async () => {
      database = await withWorkspace()
    })

    it('that runs again changes nothing, and says so', async () => {
      await importInto(database, source, { into })
      const before = await contentsOf(database)
      const { summary, conversations } = await importInto(database, source, { into })
      expect(await contentsOf(database)).toEqual(before)
      expect(summary).toMatchObject({
        unchanged: true,
        runtimes: 0,
        agents: 0,
        events: 0,
        conversations: { found: 7, imported: 0, already: 7, skipped: 0 },
      })
      expect(new Set(conversations.map(({ status }) => status))).toEqual(new Set(['ALREADY']))
    })

    it('that runs again finds the workspace that it created', async () => {
      const first = await importInto(database, source)
      const before = await contentsOf(database)
      const second = await importInto(database, source)
      expect(second.summary).toMatchObject({
        unchanged: true,
        workspace: { id: first.summary.workspace.id, isNew: false },
      })
      expect(await contentsOf(database)).toEqual(before)
    })

    it.each([1, 4])('that is cut off after %d conversations gives the same result when it runs again', async (at) => {
      const stop = { progress: (done: number) => stopAt(done, at) }
      await expect(importInto(database, source, { into, atOnce: at }, stop)).rejects.toThrow('cut off')
      const { summary } = await importInto(database, source, { into })
      expect(summary.conversations).toEqual({ found: 7, imported: 7 - at, already: at, skipped: 0 })
      expect((await verified(database)).findings).toEqual([])
      expect(withoutChance(await contentsOf(database))).toEqual(atOnce)
    })

    it('that fails in the middle of a conversation writes nothing of that conversation', async () => {
      let transactions = 0
      // The workspace is there: runtimes and agents are the first transaction, each conversation is one more, being alone.
      const failing: Database = {
        ...database,
        transaction: (work) =>
          database.transaction(async (sql) => {
            const result = await work(sql)
            if (++transactions === 3) throw new Error('cut off')
            return result
          }),
      }
      await expect(importInto(failing, source, { into, atOnce: 1 })).rejects.toThrow('cut off')
      const { findings, tally } = await verified(database)
      expect(findings).toEqual([])
      expect(tally.conversations).toBe(1)
      expect((await importInto(database, source, { into })).summary.conversations).toMatchObject({
        already: 1,
        imported: 6,
      })
    })

    it('with --dry-run reports the same and writes nothing', async () => {
      const before = await contentsOf(database)
      const dry = await importInto(database, source, { into, dryRun: true })
      expect(await contentsOf(database)).toEqual(before)
      const real = await importInto(database, source, { into })
      expect(dry).toEqual({ ...real, summary: { ...real.summary, dryRun: true } })
    })

    it('with --dry-run creates no workspace', async () => {
      const before = await contentsOf(database)
      const { summary } = await importInto(database, source, { dryRun: true })
      expect(summary).toMatchObject({ workspace: { name: 'Acme', isNew: true }, conversations: { imported: 7 } })
      expect(await contentsOf(database)).toEqual(before)
    })

    it('into two workspaces needs --into from then on', async () => {
      const other = (await makeWorld(database)).caller.workspaceId
      await importInto(database, source, { into })
      await importInto(database, source, { into: other })
      expect((await verified(database)).findings).toEqual([])
      await expect(importInto(database, source)).rejects.toMatchObject({ code: 'AMBIGUOUS_WORKSPACE', field: 'into' })
    })

    it('into a workspace with the same daemon uses its runtime', async () => {
      const world = await makeWorld(database)
      const laptop = await aRuntime(world, { daemonId: 'daemon-laptop', provider: 'claude' })
      const { summary } = await importInto(database, source, { into: world.caller.workspaceId })
      expect(summary.runtimes).toBe(2)
      expect(await oursOf(database, story.runtimes.laptop)).toBe(laptop.id)
    })
  })

  describe('after which the source was used', () => {
    forEachDatabase((open) => {
      it('imports new conversations, and counts new rows of imported ones', async () => {
        const database = await open()
        const home = await openPostgresDatabase()
        const moving = await SourceDatabase.create(home, 'NEW')
        const { chats, tasks } = await tellStory(moving, 'NEW')
        await importInto(database, moving)
        const said = { role: 'user', content: 'More', created_at: timeAt(900) }
        await moving.insert('chat_message', { chat_session_id: chats.plain, ...said })
        await moving.run(`INSERT INTO chat_session (workspace_id, agent_id, title)
          SELECT workspace_id, agent_id, 'New' FROM chat_session LIMIT 1`)
        await moving.run(`UPDATE chat_session SET updated_at = now();
          UPDATE chat_session SET session_id = 's-moved' WHERE id = '${chats.plain}';
          UPDATE agent_task_queue SET status = 'completed', completed_at = now() WHERE id = '${tasks.queuedInPlain}'`)
        const { summary, conversations } = await importInto(database, moving)
        expect(summary).toMatchObject({ unchanged: false, leftOut: { newerRows: 1, changedRows: 2 } })
        const plain = conversations.find(({ source }) => source === `chat_session ${chats.plain}`)
        expect(conversationText(plain as ImportedConversation)).toMatch(
          /; 1 newer rows left out; 2 rows have changed in the source since\.$/,
        )
        expect(summary.conversations).toMatchObject({ found: 8, imported: 1, already: 7 })
        expect((await verified(database)).findings).toEqual([])
        await moving.close()
        await home.close()
      })
    })
  })
})

function stopAt(done: number, at: number): void {
  if (done === at) throw new Error('cut off')
}

/** Rows as they are but for the ids of events, and the digests that cover those. */
function withoutChance(contents: Record<string, string[]>): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(contents).map(([table, rows]) => [
      table,
      rows.map((row) => row.replace(/"id": "evt_\w+"|"digest": "[\w-]+"/g, '')).toSorted(),
    ]),
  )
}
