import { readFileSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { PrismaPg } from '@prisma/adapter-pg'
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils'
import * as prisma from '@prisma/schema-engine-wasm/schema_engine_bg'
import { Pool } from 'pg'
import { beforeAll, expect, it } from 'vitest'
import { PROJECT_ROOT } from '../support/docs-pages.js'
import { describePostgres } from '../support/test-database.js'

const FOLDER = join(PROJECT_ROOT, 'prisma/migrations')
const LAST = readdirSync(FOLDER)
  .filter((name) => /^\d/.test(name))
  .at(-1)

/** The folder as Prisma's commands pass it to their engine. */
const MIGRATIONS: prisma.MigrationList = {
  baseDir: FOLDER,
  shadowDbInitScript: '',
  lockfile: { path: 'migration_lock.toml', content: readFileSync(join(FOLDER, 'migration_lock.toml'), 'utf8') },
  migrationDirectories: readdirSync(FOLDER)
    .filter((name) => /^\d/.test(name))
    .map((path) => {
      const value = readFileSync(join(FOLDER, path, 'migration.sql'), 'utf8')
      return { path, migrationFile: { path: 'migration.sql', content: { tag: 'ok', value } } }
    }),
}
const FILTERS: prisma.SchemaFilter = { externalTables: [], externalEnums: [] }

/** What `prisma migrate status` and `prisma migrate deploy` do. The commands load this engine as a program that no registry has. */
function openEngine(pool: Pool): Promise<prisma.SchemaEngine> {
  const adapter = bindMigrationAwareSqlAdapterFactory(new PrismaPg(pool))
  return prisma.SchemaEngine.new({ datamodels: undefined }, () => undefined, adapter)
}

const status = (engine: prisma.SchemaEngine) =>
  engine.diagnoseMigrationHistory({ migrationsList: MIGRATIONS, optInToShadowDatabase: false, filters: FILTERS })

describePostgres("Prisma's schema engine", (open) => {
  beforeAll(async () => {
    const path = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm')
    const bytes = readFileSync(join(path, '../schema_engine_bg.wasm'))
    const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': { ...prisma } })
    prisma.__wbg_set_wasm(instance.exports)
    const start = instance.exports['__wbindgen_start'] as () => void
    start()
  })

  it('takes what a server has migrated for its own, with nothing left to do', async () => {
    const pool = new Pool({ connectionString: (await open()).connectionString })
    const engine = await openEngine(pool)
    expect(await status(engine)).toEqual({
      editedMigrationNames: [],
      failedMigrationNames: [],
      hasMigrationsTable: true,
      history: null,
    })
    const { appliedMigrationNames } = await engine.applyMigrations({ migrationsList: MIGRATIONS, filters: FILTERS })
    expect(appliedMigrationNames).toEqual([])
    await pool.end()
  })

  it('sees a missing migration and a changed one', async () => {
    const pool = new Pool({ connectionString: (await open()).connectionString })
    const engine = await openEngine(pool)
    await pool.query(`UPDATE _prisma_migrations SET checksum = 'another' WHERE migration_name = $1`, [LAST])
    expect(await status(engine)).toMatchObject({ editedMigrationNames: [LAST] })
    await pool.query('DELETE FROM _prisma_migrations WHERE migration_name = $1', [LAST])
    expect(await status(engine)).toMatchObject({
      history: { diagnostic: 'databaseIsBehind', unappliedMigrationNames: [LAST] },
    })
    await pool.end()
  })
})
