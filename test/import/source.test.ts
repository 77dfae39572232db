import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSource } from '../../src/import/source/open-source.js'
import type { Source } from '../../src/import/source/open-source.js'
import { readConversations } from '../../src/import/source/read-conversations.js'
import { readWorkspace } from '../../src/import/source/read-fleet.js'
import type { SourceConversation } from '../../src/import/source/source-rows.js'
import { openPostgresDatabase } from '../support/postgres-database.js'
import type { PostgresDatabase } from '../support/postgres-database.js'
import { describePostgres } from '../support/test-database.js'
import { SourceDatabase } from './source-database.js'

describePostgres('the source', () => {
  let home: PostgresDatabase
  let made: SourceDatabase
  let source: Source
  let workspace: string

  beforeAll(async () => {
    home = await openPostgresDatabase()
    made = await SourceDatabase.create(home, 'NEW')
    workspace = await made.insert('workspace', { name: 'Acme', slug: 'acme' })
    await made.insert('workspace', { name: 'Beta', slug: 'beta' })
    await made.run(`
      INSERT INTO agent (workspace_id, name) SELECT id, name || ' agent' FROM workspace;
      INSERT INTO chat_session (workspace_id, agent_id, title)
        SELECT a.workspace_id, a.id, n::text FROM agent a, generate_series(1, 700) n;
      INSERT INTO chat_message (chat_session_id, role, content)
        SELECT c.id, 'user', n::text FROM chat_session c, generate_series(1, 3) n WHERE c.title::int % 2 = 0;
      INSERT INTO agent_task_queue (agent_id, chat_session_id, status, session_id, created_at)
        SELECT c.agent_id, c.id, 'completed', '', '2025-01-01 00:00:00.123456Z' FROM chat_session c WHERE c.title::int % 3 = 0;
      INSERT INTO issue (workspace_id, number, title) SELECT w.id, n, 'Issue' FROM workspace w, generate_series(1, 600) n;
      INSERT INTO agent_task_queue (agent_id, issue_id, status)
        SELECT a.id, i.id, 'queued' FROM issue i JOIN agent a USING (workspace_id), generate_series(1, 2)`)
    source = await openSource(made.connectionString)
  })

  afterAll(async () => {
    await source.close()
    await made.close()
    await home.close()
  })

  it('is read one conversation at a time, each with exactly its own rows, over many batches', async () => {
    const chats: SourceConversation[] = []
    const threads: SourceConversation[] = []
    for await (const conversation of readConversations(source, workspace)) {
      if (conversation.chat === null) threads.push(conversation)
      else chats.push(conversation)
    }
    expect([chats.length, threads.length]).toEqual([700, 600])
    const wrong = chats.filter(({ chat, tasks, messages }) => {
      const n = Number(chat?.title)
      const foreign = [...tasks, ...messages].some(({ chatSessionId }) => chatSessionId !== chat?.id)
      return foreign || tasks.length !== (n % 3 === 0 ? 1 : 0) || messages.length !== (n % 2 === 0 ? 3 : 0)
    })
    expect(wrong).toEqual([])
    expect(
      threads.every(({ thread, tasks }) => tasks.length === 2 && tasks.every((t) => t.issueId === thread?.issueId)),
    ).toBe(true)
  })

  it('gives times to the microsecond, and treats an empty session as none', async () => {
    for await (const { tasks } of readConversations(source, workspace)) {
      const [task] = tasks
      if (task === undefined) continue
      expect(task.createdAt).toBe(Date.UTC(2025, 0, 1) * 1000 + 123_456)
      expect(task.sessionId).toBeNull()
      return
    }
    expect.unreachable()
  })

  it('refuses every write', async () => {
    const reader = await openSource(made.connectionString)
    await expect(reader.rows('DELETE FROM chat_message')).rejects.toMatchObject({ code: '25006' })
    await reader.close()
  })

  it('shows the state of the moment when it was opened', async () => {
    const reader = await openSource(made.connectionString)
    const slugs = () => reader.rows<{ slug: string }>('SELECT slug FROM workspace ORDER BY slug')
    const before = await slugs()
    await made.insert('workspace', { name: 'Gamma', slug: 'gamma' })
    expect(await slugs()).toEqual(before)
    await made.run(`DELETE FROM workspace WHERE slug = 'gamma'`)
    await reader.close()
  })

  it.each([
    [null, 'AMBIGUOUS_WORKSPACE', /Name one with --workspace: acme, beta\.$/],
    ['zeta', 'NO_SUCH_WORKSPACE', /no workspace zeta\. --workspace takes one of these: acme, beta\.$/],
  ])('with two workspaces and --workspace %s is refused: %s', async (slug, code, message) => {
    const refusal = { code, field: 'workspace', message: expect.stringMatching(message) as string }
    await expect(readWorkspace(source, slug)).rejects.toMatchObject(refusal)
  })

  describe('that cannot be imported', () => {
    it('is refused with the first column that it lacks', async () => {
      const message = 'The source has no column workspace.slug: --from must name a Multica database.'
      await expect(openSource(home.connectionString)).rejects.toMatchObject({
        code: 'NOT_A_SOURCE',
        field: 'from',
        message,
      })
    })

    it.each([
      ['COLUMN_MISSING', 'ALTER TABLE agent_task_queue RENAME retired_session_id TO gave_up', /has migration 234_/],
      [
        'COLUMN_MISSING',
        'ALTER TABLE chat_session RENAME runtime_id TO machine',
        /chat_session\.runtime_id\..*migration 060_/,
      ],
      [
        'COLUMN_MISSING',
        'ALTER TABLE chat_session DROP runtime_id; DROP TABLE schema_migrations',
        /has no table schema_migrations/,
      ],
      ['COLUMN_MISSING', 'DROP TABLE channel_chat_session_binding', /migration 377_/],
      [
        'NOT_A_SOURCE',
        'ALTER TABLE agent_task_queue RENAME session_id TO session',
        /no column agent_task_queue\.session_id/,
      ],
    ])('is refused as incomplete: %s, after %s', async (code, damage, message) => {
      const other = await openPostgresDatabase()
      const damaged = await SourceDatabase.create(other, 'NEW')
      await damaged.run(damage)
      const refusal = { code, field: 'from', message: expect.stringMatching(message) as string }
      await expect(openSource(damaged.connectionString)).rejects.toMatchObject(refusal)
      await damaged.close()
      await other.close()
    })

    it('is refused if the role may not read it', async () => {
      await made.run(`CREATE ROLE nobody_reads LOGIN PASSWORD 'x'; GRANT USAGE ON SCHEMA multica TO nobody_reads`)
      const url = new URL(made.connectionString)
      url.username = 'nobody_reads'
      url.password = 'x'
      await expect(openSource(url.href.replaceAll('+', '%20'))).rejects.toMatchObject({
        code: 'NOT_READABLE',
        field: 'from',
        message: expect.stringMatching(/may not read .*agent_task_queue.*\. GRANT SELECT on them/) as string,
      })
      await made.run('REVOKE USAGE ON SCHEMA multica FROM nobody_reads; DROP ROLE nobody_reads')
    })

    it('is distinguished from a source that does not answer', async () => {
      const refusal = { code: 'SOURCE_UNREACHABLE', field: 'from' }
      await expect(openSource('postgresql://127.0.0.1:1/nowhere')).rejects.toMatchObject(refusal)
    })

    it('keeps no connection', async () => {
      await openSource(home.connectionString).catch(() => undefined)
      const client = new Client({ connectionString: home.connectionString })
      await client.connect()
      const { rows } = await client.query(
        `SELECT state FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'baton-import'
           AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%'`,
      )
      await client.end()
      expect(rows).toHaveLength(1)
    })
  })
})
