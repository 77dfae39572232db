import { readFileSync, readdirSync } from 'node:fs'
import { Client } from 'pg'
import { expect, it, vi } from 'vitest'
import { emptyDatabase } from '../support/empty-database.js'
import { PROJECT_ROOT } from '../support/docs-pages.js'
import { describePostgres } from '../support/test-database.js'

const DISPATCH = '20261129200000_dispatch'
const FOLDER = `${PROJECT_ROOT}prisma/migrations/`
const script = (name: string) => readFileSync(`${FOLDER}${name}/migration.sql`, 'utf8')

describePostgres('the migration to dispatch', (open) => {
  const PROMOTES = `UPDATE queue_entry SET state = 'NEXT'`
  it.each([
    ['a claim or a change', 'SELECT pg_advisory_xact_lock_shared(7238460114)', PROMOTES],
    ['a promotion, which takes no barrier,', PROMOTES, 'SELECT'],
  ])('waits for %s of an earlier build that is running, and loses nothing of it', async (_, first, then) => {
    const { href: connectionString } = await emptyDatabase(await open())
    const [older, newer] = [new Client({ connectionString }), new Client({ connectionString })]
    await Promise.all([older.connect(), newer.connect()])
    const before = readdirSync(FOLDER).filter((name) => /^\d/.test(name) && name < DISPATCH)
    for (const name of before.toSorted()) await older.query(script(name))
    await older.query('SET session_replication_role = replica')
    const fill = (table: string, values: Record<string, unknown>) =>
      older.query(`INSERT INTO ${table} SELECT (jsonb_populate_record(null::${table}, $1)).*`, [JSON.stringify(values)])
    const ids = { workspaceId: 'ws_1', conversationId: 'chat_1', agentId: 'agt_1', runtimeId: 'rt_1' }
    const [at, line] = ['2026-11-29T00:00:00Z', { priority: 0, place: 1, holds: false }]
    await fill('task', {
      ...ids,
      ...line,
      id: 'task_1',
      kind: 'CHAT',
      status: 'QUEUED',
      attempt: 1,
      maxAttempts: 3,
      accountWaits: 0,
      forceFreshSession: false,
      forceFreshWorkDir: false,
      inputMessageIds: [],
      createdAt: at,
      availableAt: at,
    })
    await fill('queue_entry', { ...ids, ...line, taskId: 'task_1', state: 'READY', availableAt: at, enqueuedAt: at })
    await older.query('BEGIN')
    await older.query(first)
    const migrated = newer.query(`BEGIN; ${script(DISPATCH)}; COMMIT`)
    await vi.waitUntil(async () => (await older.query('SELECT FROM pg_locks WHERE NOT granted')).rows.length > 0)
    await older.query(then)
    await older.query('COMMIT')
    await migrated
    const { rows } = await newer.query('SELECT "taskId", state FROM dispatch')
    expect(rows).toEqual([{ taskId: 'task_1', state: 'NEXT' }])
    await Promise.all([older.end(), newer.end()])
  })
})
