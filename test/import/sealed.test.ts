import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { statement } from '../../src/database/sql.js'
import { ArchiveDirectory } from '../../src/event-log/sealed/archive-directory.js'
import { restoreConversation } from '../../src/use-cases/restore/restore-conversation.js'
import { retain } from '../../src/use-cases/retention/retain.js'
import { archivedIn } from '../support/proven-at-close.js'
import { servicesOver, SettableClock } from '../support/services.js'
import { describePostgres } from '../support/test-database.js'
import { findingsOf } from '../use-cases/retention/findings-of.js'
import { tellEveryShape } from './every-shape.js'
import { contentsOf, importInto, offersOf } from './imported.js'
import { SourceDatabase } from './source-database.js'

/** Two thousand take minutes: every thirtieth, which are of all kinds. What never ends is not closed by its age. */
const SOME = `CREATE TEMPORARY TABLE kept AS
    SELECT id FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM (SELECT id FROM chat_session UNION SELECT id FROM issue) c) c
    WHERE n % 30 = 0 AND id NOT IN (SELECT coalesce(chat_session_id, issue_id) FROM agent_task_queue WHERE completed_at = 'infinity');
  DELETE FROM agent_task_queue WHERE coalesce(chat_session_id, issue_id) NOT IN (SELECT id FROM kept);
  DELETE FROM channel_chat_session_binding WHERE chat_session_id NOT IN (SELECT id FROM kept);
  DELETE FROM chat_session WHERE id NOT IN (SELECT id FROM kept);
  DELETE FROM issue WHERE id NOT IN (SELECT id FROM kept);
  INSERT INTO chat_message (chat_session_id, role, content, created_at)
    SELECT id, 'user', 'Hello.', timestamptz '2025-03-01 09:00Z' FROM chat_session`

const KEEP = { progressDays: 14, textsDays: 0, conversationsDays: 30 }
const LEFT = statement(
  'test_left',
  `SELECT (SELECT count(*) FROM task)::int AS tasks, (SELECT count(*) FROM chat_message)::int AS messages,
     (SELECT count(*) FROM session_event WHERE type <> 'CONVERSATION_SEALED')::int AS events`,
)

describePostgres('every shape of a conversation that was imported', (open) => {
  it(
    'is sealed like others, offers the same session while sealed, and is restored unchanged',
    { timeout: 600_000 },
    async () => {
      const source = await SourceDatabase.create(await open(), 'NEW')
      await tellEveryShape(source)
      await source.run(SOME)
      const runtimes = (await source.rows<{ id: string }>('SELECT id::text FROM agent_runtime')).map(({ id }) => id)
      const database = await open()
      const imported = await importInto(database, source)
      await source.close()
      const offers = () => offersOf(database, imported, runtimes)
      const [before, offered] = [await contentsOf(database), await offers()]

      const path = mkdtempSync(join(tmpdir(), 'baton-archive-'))
      process.once('exit', () => rmSync(path, { recursive: true, force: true }))
      const archive = new ArchiveDirectory(path)
      archivedIn(database, archive)
      const clock = new SettableClock()
      const services = { ...servicesOver(database, clock), archive }
      clock.pass(31 * 86_400)
      const { conversationsSealed } = await retain(services, KEEP, new AbortController().signal)
      const { imported: count } = imported.summary.conversations
      expect(count).toBeGreaterThan(50)
      expect(before['chat_message']).not.toEqual([])
      expect(conversationsSealed).toBe(count)
      expect(await database.sql.rows(LEFT)).toEqual([{ tasks: 0, messages: 0, events: 0 }])
      expect(await findingsOf(database, archive)).toEqual([])
      expect(await offers()).toEqual(offered)

      for (const one of imported.conversations) {
        if (one.status !== 'IMPORTED') continue
        const back = await restoreConversation(services, archive, imported.summary.workspace.id, one.conversationId)
        expect(back).toMatchObject({ restored: true })
      }
      const files = readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.gz'))
      expect(files).toEqual([])
      expect(await findingsOf(database)).toEqual([])
      expect(await offers()).toEqual(offered)
      const after = await contentsOf(database)
      for (const table of ['task', 'task_content', 'chat_message', 'imported_row']) {
        expect(after[table]).toEqual(before[table])
      }
      // What they are when they are back, besides what the two events say.
      const told = new Set(after['session_event'])
      expect(before['session_event']?.filter((event) => !told.has(event))).toEqual([])
      expect(told.size).toBe((before['session_event']?.length ?? 0) + 2 * count)
    },
  )
})
