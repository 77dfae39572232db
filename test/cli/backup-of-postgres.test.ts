import { execFile, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it, vi } from 'vitest'
import { migratePostgres } from '../../src/database/migrate.js'
import { openPostgres } from '../../src/database/postgres.js'
import { statement } from '../../src/database/sql.js'
import { describeWherePossible } from '../support/describe-where-possible.js'
import { emptyDatabase } from '../support/empty-database.js'
import { onSide } from '../support/foreign-settings.js'
import { livedIn } from '../support/lived-in.js'
import { emptyDirectory } from '../support/server-process.js'
import { makeWorld } from '../support/services.js'
import { describePostgres } from '../support/test-database.js'
import { baton } from './baton.js'

vi.setConfig({ testTimeout: 240_000 })

const noDump = spawnSync('pg_dump', ['--version']).error === undefined ? null : 'there is no pg_dump on this machine.'

/** As a person types it in a shell, with the password in the environment. */
async function typed(line: string | undefined, url: URL): Promise<void> {
  expect(line).toBeDefined()
  await promisify(execFile)('sh', ['-c', line ?? ''], {
    env: { PATH: process.env['PATH'], PGPASSWORD: decodeURIComponent(url.password) },
  })
}

describeWherePossible(noDump, 'with its own tools', () => {
  describePostgres('PostgreSQL', (open) => {
    it.each(['public', "Ada's own"])(
      'backup prints the commands that back up and restore the schema %s',
      async (schema) => {
        const database = await open()
        const source = new URL(database.connectionString)
        if (schema === 'public') await livedIn(await makeWorld(database))
        else {
          await onSide(source.href, `CREATE SCHEMA "${schema}"`)
          source.searchParams.set('schema', schema)
          await migratePostgres(source.href)
          const own = openPostgres(source.href, { schema, onIdleError: () => undefined })
          await livedIn(await makeWorld(own))
          await own.close()
        }
        const out = join(emptyDirectory(), "a team's.dump")
        const { code, stdout, stderr } = await baton(['backup', out], { DATABASE_URL: source.href })
        expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
        expect(stderr).not.toContain(`:${source.password}@`)
        expect(existsSync(out)).toBe(false)
        const [dump, restore] = ['pg_dump', 'pg_restore'].map((tool) =>
          stderr.split('\n').find((line) => line.startsWith(`  ${tool} `)),
        )
        await typed(dump, source)
        const target = await emptyDatabase(database)
        await typed(restore?.replace('--dbname=...', `--dbname='${target.href}'`), target)

        if (schema !== 'public') target.searchParams.set('schema', schema)
        const verified = await baton(['verify'], { DATABASE_URL: target.href })
        expect(verified).toMatchObject({ code: 0, stderr: '' })
        expect(verified.stdout).toMatch(/Claims examined 8,[\s\S]*Every promise holds\./)
        // What keeps the log append-only came along.
        const restored = openPostgres(target.href, { schema, onIdleError: () => undefined })
        const change = restored.sql.rows(statement('', `UPDATE session_event SET type = 'OTHER'`))
        await expect(change).rejects.toThrow(/append-only|may not|never/i)
        await restored.close()
      },
    )
  })
})
