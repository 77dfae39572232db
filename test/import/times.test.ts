import { expect, it } from 'vitest'
import type { Database } from '../../src/database/sql.js'
import { statement } from '../../src/database/sql.js'
import { openPostgresDatabase } from '../support/postgres-database.js'
import { describePostgres, forEachDatabase } from '../support/test-database.js'
import { importInto, oursOf, verified } from './imported.js'
import { SourceDatabase } from './source-database.js'

const TIMES = ['0001-01-01 00:00:00+00', 'infinity', '-infinity', '0044-03-15 12:00:00+00 BC', '2025-03-01 09:00:00+00']
const EVENT_TIMES = statement(
  'test_event_times',
  `SELECT DISTINCT to_char("occurredAt" AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS AD') AS at FROM session_event
   WHERE "conversationId" = $1 ORDER BY 1`,
)

describePostgres('times that a log cannot store', () => {
  forEachDatabase((open) => {
    it('become the nearest storable times, and the log verifies', async () => {
      const home = await openPostgresDatabase()
      const source = await SourceDatabase.create(home, 'NEW')
      const chat = await tell(source)
      const database: Database = await open()
      const { summary } = await importInto(database, source)
      await source.close()
      await home.close()
      const { findings, tally } = await verified(database)
      expect(findings).toEqual([])
      expect(tally).toMatchObject({ conversations: 1, events: summary.events })
      expect(summary.sessions.kept).toBe(TIMES.length ** 2)
      expect(await database.sql.rows(EVENT_TIMES, [await oursOf(database, chat)])).toEqual(
        ['1000-01-01 00:00:00 AD', '2025-03-01 09:00:00 AD', '9999-12-31 23:59:59 AD'].map((at) => ({ at })),
      )
    })
  })
})

/** A chat with a task of every two such times, and a message of each. */
async function tell(source: SourceDatabase): Promise<string> {
  const workspace_id = await source.insert('workspace', { name: 'Acme', slug: 'acme' })
  const times = { created_at: '-infinity', last_seen_at: 'infinity' }
  const runtime = { workspace_id, daemon_id: 'laptop', name: 'Laptop', provider: 'claude', ...times }
  const runtime_id = await source.insert('agent_runtime', runtime)
  const agent_id = await source.insert('agent', { workspace_id, name: 'Ada', runtime_id, created_at: TIMES[0] })
  const chat = { workspace_id, agent_id, created_at: TIMES[3], updated_at: 'infinity' }
  const chat_session_id = await source.insert('chat_session', chat)
  for (const created_at of TIMES) {
    await source.insert('chat_message', { chat_session_id, role: 'user', content: 'Go on.', created_at })
    for (const completed_at of TIMES) {
      const session_id = `${created_at} to ${completed_at}`
      const ran = { status: 'completed', created_at, dispatched_at: created_at, started_at: created_at, completed_at }
      await source.insert('agent_task_queue', { agent_id, chat_session_id, runtime_id, session_id, ...ran })
    }
  }
  return chat_session_id
}
