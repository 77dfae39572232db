import { expect, it } from 'vitest'
import { DatabaseUnfit } from '../../src/database/database-unfit.js'
import { proveTables } from '../../src/database/prove-tables.js'
import type { Database } from '../../src/database/sql.js'
import { migratePostgres } from '../../src/database/migrate.js'
import { openPostgres } from '../../src/database/postgres.js'
import { onSide } from '../support/foreign-settings.js'
import { makeWorld } from '../support/services.js'
import { describePostgres } from '../support/test-database.js'
import { ownerOfDatabase } from '../support/test-role.js'

describePostgres('the tables', (open) => {
  it('are proven to be the same for Prisma and for every other statement', async () => {
    const [one, other] = [await open(), await open()]
    await makeWorld(one)
    const mixed = { ...one, prisma: other.prisma }
    await expect(proveTables(mixed)).rejects.toThrow(DatabaseUnfit)
    await expect(proveTables(mixed)).rejects.toThrow(/do not see the same tables/)
    await expect(proveTables(one)).resolves.toBeUndefined()
    await expect(proveTables(other)).resolves.toBeUndefined()
  })

  it.each(['dispatch', 'task'])('are refused without their rights: %s', async (table) => {
    const { role, admin, own } = await ownerOfDatabase(await open())
    const { schema } = await migratePostgres(admin)
    await onSide(admin, `GRANT ALL ON ALL TABLES IN SCHEMA ${schema} TO ${role}`, `REVOKE ALL ON ${table} FROM ${role}`)
    const database = openPostgres(own, { schema, onIdleError: () => undefined })
    try {
      await expect(proveTables(database)).rejects.toThrow(DatabaseUnfit)
      await onSide(admin, `GRANT SELECT ON ${table} TO ${role}`)
      const proven = proveTables(database)
      await (table === 'task' ? expect(proven).resolves.toBeUndefined() : expect(proven).rejects.toThrow(DatabaseUnfit))
    } finally {
      await database.close()
    }
  })

  it('are proven even if another server creates the first workspace at the same time', async () => {
    const database = await open()
    let isMade = false
    const sql: Database['sql'] = {
      async rows(statement, values) {
        const rows = await database.sql.rows<never>(statement, values)
        if (statement.name === 'proof_workspace' && !isMade) {
          isMade = true
          await makeWorld(database)
        }
        return rows
      },
    }
    await expect(proveTables({ ...database, sql })).resolves.toBeUndefined()
    expect(isMade).toBe(true)
  })
})
