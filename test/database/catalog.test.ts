import { beforeAll, expect, it } from 'vitest'
import type { Database } from '../../src/database/sql.js'
import { sqlState, statement } from '../../src/database/sql.js'
import { forEachDatabase } from '../support/test-database.js'

const INDEXES = statement(
  'test_indexes',
  `SELECT indexname AS name, regexp_replace(indexdef, '^.* USING ', '') AS shape FROM pg_indexes
   WHERE schemaname = 'public' AND tablename IN ('dispatch', 'session_event', 'conversation') ORDER BY indexname`,
)
const CHECKS = statement(
  'test_checks',
  `SELECT conname AS name FROM pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace
   WHERE c.contype = 'c' AND n.nspname = 'public' AND convalidated ORDER BY 1`,
)
const TRIGGERS = statement(
  'test_triggers',
  `SELECT tgname AS name, tgenabled::text AS enabled, tgtype::int AS type FROM pg_trigger
   WHERE tgrelid = 'session_event'::regclass AND NOT tgisinternal ORDER BY tgname`,
)
const DEFERRABLE = statement(
  'test_deferrable',
  `SELECT conname AS name FROM pg_constraint WHERE contype = 'f' AND condeferrable AND condeferred`,
)
const NOT_BY_BYTES = statement(
  'test_collations',
  `SELECT c.relname || '.' || a.attname AS name FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
     JOIN pg_index i ON i.indrelid = c.oid AND a.attnum = ANY(i.indkey)
   WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname NOT LIKE '\\_prisma%'
     AND a.atttypid = 'text'::regtype AND a.attcollation <> 'pg_catalog."C"'::regcollation
   GROUP BY 1 ORDER BY 1`,
)

forEachDatabase((open) => {
  let database: Database

  beforeAll(async () => {
    database = await open()
  })

  const names = async (query: { name: string; text: string }) =>
    (await database.sql.rows<{ name: string }>(query)).map(({ name }) => name)

  it.each([
    'SELECT "taskId" FROM queue_entry',
    'SELECT "leaseExpiresAt" FROM claim WHERE "workspaceId" = \'ws\'',
    `INSERT INTO queue_entry ("workspaceId", "taskId") VALUES ('ws', 'task')`,
    `INSERT INTO task ("workspaceId", id) VALUES ('ws', 'task')`,
  ])('the schema refuses a statement of an earlier build that still runs, in one sentence: %s', async (text) => {
    await expect(database.sql.rows({ name: '', text })).rejects.toThrow(
      'A newer version of Baton has migrated this database. Stop this server, and start the newer version in its place.',
    )
  })

  it('the schema has the indexes that the claim path needs', async () => {
    const shapes = new Map(
      (await database.sql.rows<{ name: string; shape: string }>(INDEXES)).map(({ name, shape }) => [name, shape]),
    )
    expect(shapes.get('dispatch_order')).toBe(
      'btree ("workspaceId", "runtimeId", state, "agentId", priority DESC, "taskId")',
    )
    expect(shapes.get('dispatch_conversation')).toBe(
      `btree ("workspaceId", "conversationId", "runtimeId", priority DESC, place, "taskId") WHERE (state = ANY (ARRAY['READY'::text, 'NEXT'::text, 'BEHIND'::text]))`,
    )
    expect(shapes.get('dispatch_holding')).toBe(
      `btree ("workspaceId", "conversationId", place) WHERE (holds AND (state <> 'HELD'::text))`,
    )
    expect(shapes.get('dispatch_heads')).toBe(
      `btree ("workspaceId", "conversationId") WHERE (state = ANY (ARRAY['READY'::text, 'NEXT'::text]))`,
    )
    expect(shapes.get('dispatch_scheduled')).toBe(`btree ("availableAt") WHERE (state = 'SCHEDULED'::text)`)
    expect(shapes.get('dispatch_agent')).toBe('btree ("agentId", state, "workspaceId", "runtimeId", "taskId")')
    expect(shapes.get('dispatch_held')).toBe(`btree ("workspaceId", "conversationId") WHERE (state = 'HELD'::text)`)
    expect(shapes.get('dispatch_age')).toBe(
      `btree ("workspaceId", "runtimeId", "enqueuedAt") WHERE (state <> 'HELD'::text)`,
    )
  })

  it('the schema has no index on columns that change while a task is held', async () => {
    const changing = ['startedAt', 'sessionId', 'workDir', 'leaseSeconds', 'leaseExpiresAt', 'progressEntries']
    const shapes = await database.sql.rows<{ name: string; shape: string }>(INDEXES)
    expect(
      shapes.filter(({ name, shape }) => name.startsWith('dispatch') && changing.some((one) => shape.includes(one))),
    ).toEqual([])
  })

  it('the schema has the indexes that lists and statistics need', async () => {
    const shapes = new Map(
      (await database.sql.rows<{ name: string; shape: string }>(INDEXES)).map(({ name, shape }) => [name, shape]),
    )
    const byId = 'btree ("workspaceId", id) WHERE'
    expect(shapes.get('conversation_active')).toBe(`${byId} ("archivedAt" IS NULL)`)
    expect(shapes.get('conversation_archived')).toBe(`${byId} ("archivedAt" IS NOT NULL)`)
    expect(shapes.get('session_event_claimed')).toBe(
      `btree ("workspaceId", "occurredAt") WHERE (type = 'TASK_CLAIMED'::text)`,
    )
  })

  it('the schema has the checks that protect it from every caller', async () => {
    expect(await names(CHECKS)).toEqual(
      expect.arrayContaining([
        ...['agent_maxConcurrentTasks_check', 'api_token_kind_check', 'chat_message_role_check'],
        ...['dispatch_lease_check', 'dispatch_place_check', 'dispatch_state_check'],
        ...['conversation_kind_check', 'conversation_version_check'],
        ...[
          'sealed_stream_version_check',
          'session_event_version_check',
          'task_attempt_check',
          'task_kind_check',
          'task_status_check',
        ],
      ]),
    )
  })

  it('the schema has the triggers that keep the log append-only: before UPDATE and TRUNCATE a statement, before DELETE a row', async () => {
    const [row, before, onDelete, onUpdate, onTruncate] = [1, 2, 8, 16, 32]
    expect(await database.sql.rows(TRIGGERS)).toEqual([
      { name: 'session_event_append_only', enabled: 'O', type: before + onUpdate + onTruncate },
      { name: 'session_event_leaves_sealed', enabled: 'O', type: row + before + onDelete },
    ])
  })

  it('the schema checks a new task’s conversation at commit', async () => {
    expect(await names(DEFERRABLE)).toEqual(['task_workspaceId_conversationId_fkey'])
  })

  it('the schema compares ids by bytes in every index', async () => {
    expect(await names(NOT_BY_BYTES)).toEqual(['conversation.issueKey', 'runtime.provider'])
  })

  it('the schema refuses each row that a check forbids', async () => {
    const insert = `INSERT INTO api_token ("workspaceId", id, name, kind, hash, "createdAt") VALUES ('w', 't', 'n', 'KING', 'h', now())`
    const refused = await database.sql.rows(statement('test_check', insert)).catch((error: unknown) => error)
    expect(sqlState(refused)).toBe('23514')
  })
})
