import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from 'pg'
import { beforeAll, expect, it } from 'vitest'
import { openEmbedded } from '../../src/database/embedded.js'
import { openPostgres } from '../../src/database/postgres.js'
import { statement } from '../../src/database/sql.js'
import type { Database, Sql } from '../../src/database/sql.js'
import { complete, run } from '../support/daemon-steps.js'
import type { Held } from '../support/daemon-steps.js'
import { describeWherePossible } from '../support/describe-where-possible.js'
import { emptyDatabase } from '../support/empty-database.js'
import { onSide } from '../support/foreign-settings.js'
import { requestGraphQL } from '../support/graphql-request.js'
import { livedIn } from '../support/lived-in.js'
import { noPooler, startPooler } from '../support/pgbouncer.js'
import { ADMIN_TOKEN, emptyDirectory, migratedDirectory, startInVain, startServer } from '../support/server-process.js'
import { makeWorld, servicesOver } from '../support/services.js'
import type { World } from '../support/services.js'
import { describePostgres } from '../support/test-database.js'
import { baton } from './baton.js'

/** Rows enough for a copy to take its time; a JSON null is not a missing value, and a number keeps its digits. */
const MANY_RECORDS = `INSERT INTO request_record ("workspaceId", actor, mutation, "requestId", "argumentsHash", answer, "createdAt")
  SELECT $1, 'tok_1', 'enqueueTask', 'request-' || n, '', CASE n % 3 WHEN 0 THEN 'null'::jsonb
      ELSE '{"n": 1.10, "text": "\\u00e4\\n", "none": null}' END, '2026-11-29T00:00:00.123Z'
  FROM generate_series(1, 20000) n`

describePostgres('move', (open) => {
  /** What is moved: something waits, and something runs. */
  let directory: string
  let world: World
  let held: Held

  beforeAll(async () => {
    directory = emptyDirectory()
    // With a token that was made by a server.
    const server = await startServer({
      dataDirectory: await migratedDirectory(),
      env: { BATON_ADMIN_TOKEN: ADMIN_TOKEN },
    })
    await server.stop()
    directory = server.dataDirectory
    const database = await openEmbedded(directory)
    world = await makeWorld(database)
    const lived = await livedIn(world)
    held = await run(world, lived.server)
    await database.sql.rows(statement('', MANY_RECORDS), [world.caller.workspaceId])
    await database.close()
  })

  const move = (to: string, killWhen?: () => Promise<boolean>) =>
    baton(['move', '--to', to], { BATON_DATA_DIR: directory }, killWhen)

  async function anEmptyDatabase(): Promise<string> {
    return (await emptyDatabase(await open())).href
  }

  const opened = (url: string): Database => openPostgres(url, { schema: 'public', onIdleError: () => undefined })

  async function asked<T>(database: Database, work: (sql: Sql) => Promise<T>): Promise<T> {
    try {
      return await work(database.sql)
    } finally {
      await database.close()
    }
  }

  const TABLES = statement(
    '',
    `SELECT relname::text AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
       AND relname NOT IN ('_prisma_migrations', 'rate_limit') ORDER BY 1`,
  )

  /** All rows of all tables, as texts. */
  async function contentOf(sql: Sql): Promise<Record<string, string[]>> {
    const content: Record<string, string[]> = {}
    await sql.rows(statement('', `SET TIME ZONE 'UTC'`))
    for (const { name } of await sql.rows<{ name: string }>(TABLES)) {
      const rows = await sql.rows<{ row: string }>(statement('', `SELECT t::text AS row FROM "${name}" t`))
      content[name] = rows.map(({ row }) => row).sort()
    }
    return content
  }

  const contentOfSource = async () => asked(await openEmbedded(directory), contentOf)

  const MOVED =
    /^20\d{3} rows copied to [\s\S]*\n\nThe log of [\s\S]*Every promise holds\.\n\nThe log at [\s\S]*Every promise holds\.\n\nStart servers/
  const THERE_ALREADY = /^Every row is at .* already[\s\S]*Every promise holds\.[\s\S]*Every promise holds\./
  const moved = { code: 0, stdout: expect.stringMatching(MOVED) as string, stderr: '' }

  it('copies every row unchanged, and held claims continue on PostgreSQL', async () => {
    const to = await anEmptyDatabase()
    const before = await contentOfSource()
    expect(await move(to)).toEqual(moved)
    expect(await contentOfSource()).toEqual(before)
    expect(Object.values(before).filter((rows) => rows.length > 0).length).toBeGreaterThan(12)
    expect(await asked(opened(to), contentOf)).toEqual(before)

    // No server hands out from the old one what the new one hands out, and whoever had a token has it there.
    const old = await startInVain({ dataDirectory: directory })
    expect(old.output.stderr).toMatch(/^The database in \S+ was moved to \S+ on 20\S+Z\. Set DATABASE_URL to it\./m)
    const server = await startServer({ env: { DATABASE_URL: to } })
    expect(await requestGraphQL(server.url, ADMIN_TOKEN, '{ viewer { kind } }')).toMatchObject({
      data: { viewer: { kind: 'ROOT' } },
    })
    await server.stop()

    const database = opened(to)
    const there = { ...world, services: servicesOver(database, world.clock) }
    expect(await complete(there, held, { output: 'Done.' })).toMatchObject({ status: 'COMPLETED' })
    await database.close()
    // What goes on there is not what is here: it is no copy any more.
    expect((await move(to)).stderr).toMatch(
      /^The table \w+ in the schema public has rows already\. Nothing was changed\./,
    )
  })

  it('can run again after a kill in the middle of the copy', async () => {
    const to = await anEmptyDatabase()
    const watch = new Client({ connectionString: to })
    await watch.connect()
    const isCopying = async (): Promise<boolean> => {
      const { rowCount } = await watch.query(
        `SELECT 1 FROM pg_stat_activity WHERE application_name = 'baton-move' AND query LIKE 'INSERT INTO "request_record"%'`,
      )
      return rowCount === 1
    }
    rmSync(join(directory, 'database/baton-moved.txt'), { force: true })
    expect(await move(to, isCopying)).toMatchObject({ code: null, stdout: '' })
    expect(existsSync(join(directory, 'database/baton-moved.txt'))).toBe(false)
    expect((await watch.query('SELECT count(*)::int AS n FROM workspace')).rows).toEqual([{ n: 0 }])
    await watch.end()
    expect(await move(to)).toEqual(moved)
    expect(await asked(opened(to), contentOf)).toEqual(await contentOfSource())
  })

  it('can run again after a kill behind the copy: it finds every row and proves both databases', async () => {
    const to = await anEmptyDatabase()
    const watch = new Client({ connectionString: to })
    await watch.connect()
    const isCopied = async (): Promise<boolean> => {
      const { rows } = await watch.query<{ there: boolean }>(`SELECT to_regclass('workspace') IS NOT NULL AS there`)
      return rows[0]?.there === true && (await watch.query('SELECT 1 FROM workspace')).rowCount === 2
    }
    expect(await move(to, isCopied)).toMatchObject({
      code: null,
      stdout: expect.not.stringContaining('Start servers') as string,
    })
    await watch.end()
    expect(await move(to)).toMatchObject({ code: 0, stdout: expect.stringMatching(THERE_ALREADY) as string })
    // With the password where other users of the machine do not see it.
    const { password } = new URL(to)
    const secretless = Object.assign(new URL(to), { password: '' }).href
    const env = { BATON_DATA_DIR: directory, PGPASSWORD: decodeURIComponent(password) }
    const told = await baton(['move', '--to', secretless, '--json'], env)
    expect(JSON.parse(told.stdout)).toMatchObject({
      directory,
      schema: 'public',
      rows: null,
      verified: { from: { ok: true, claims: 9 }, to: { ok: true, claims: 9 } },
    })
  })

  it('refuses a target with rows, a source that is open or missing, and an invalid address', async () => {
    const { connectionString } = await open()
    await onSide(connectionString, `INSERT INTO workspace (id, name, "createdAt") VALUES ('ws_1', 'Other', now())`)
    const inUse = {
      code: 1,
      stdout: '',
      stderr:
        'The table workspace in the schema public has rows already. Nothing was changed. Let --to name an empty database, or an empty schema (?schema=...).\n',
    }
    expect(await move(connectionString)).toEqual(inUse)
    // Of an older build: it is not even migrated.
    const newest = `(SELECT max(migration_name) FROM _prisma_migrations)`
    await onSide(connectionString, `DELETE FROM _prisma_migrations WHERE migration_name = ${newest}`)
    const applied = () =>
      asked(opened(connectionString), (sql) => sql.rows(statement('', 'SELECT migration_name FROM _prisma_migrations')))
    const before = await applied()
    expect(await move(connectionString)).toEqual(inUse)
    expect(await applied()).toEqual(before)
    await onSide(connectionString, 'DELETE FROM workspace')

    const server = await startServer()
    expect(await baton(['move', '--to', connectionString], { BATON_DATA_DIR: server.dataDirectory })).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^Another Baton process has the data directory/) as string,
    })
    const none = join(emptyDirectory(), 'none')
    const missing = await baton(['move', '--to', connectionString], { BATON_DATA_DIR: none })
    expect(missing.stderr).toBe(`There is no database in ${none}. Name its directory with BATON_DATA_DIR.\n`)
    expect((await move('mysql://root:secret@127.0.0.1/db')).stderr).toBe(
      '--to takes the address of a database: postgresql://user:password@host:port/database.\n',
    )
    const gone = Object.assign(new URL(connectionString), { pathname: '/nowhere' }).href
    expect((await move(gone)).stderr).toMatch(
      /^PostgreSQL at .*\/nowhere has no such database\. Create it, or correct --to\.\n$/,
    )
  })

  it('needs to set no sequence, because every counter is in a row', async () => {
    const { sql } = await open()
    const sequences = await sql.rows(statement('', `SELECT relname FROM pg_class WHERE relkind = 'S'`))
    const identities = await sql.rows(
      statement('', `SELECT attname FROM pg_attribute WHERE attidentity <> '' OR attgenerated <> ''`),
    )
    expect([...sequences, ...identities]).toEqual([])
  })

  describeWherePossible(noPooler, 'through a pooler', () => {
    it('copies in session mode, and refuses transaction mode, in which sessions are shared', async () => {
      const to = await anEmptyDatabase()
      const [session, transaction] = await Promise.all([
        startPooler(to, { mode: 'session' }),
        startPooler(to, { mode: 'transaction' }),
      ])
      try {
        expect((await move(transaction.connectionString)).stderr).toMatch(/Let --to name a pool in session mode/)
        expect(await move(session.connectionString)).toEqual(moved)
        expect(await asked(opened(to), contentOf)).toEqual(await contentOfSource())
      } finally {
        await Promise.all([session.stop(), transaction.stop()])
      }
    })
  })
})
