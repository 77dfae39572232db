import { randomBytes } from 'node:crypto'
import { emptyDatabase } from './empty-database.js'
import { atEndOfFile } from './end-of-file.js'
import { onSide } from './foreign-settings.js'
import type { PostgresDatabase } from './postgres-database.js'

export interface TestRole {
  role: string
  /** Of the empty database that the role owns, as the one who may do anything. */
  admin: string
  /** The same as the role. */
  own: string
  /** The database's name. */
  name: string
}

/** A new role that owns an empty database. Both go after the file's last test. `options`: of CREATE ROLE. */
export async function ownerOfDatabase(database: PostgresDatabase, options = ''): Promise<TestRole> {
  const admin = await emptyDatabase(database)
  const role = `baton_test_role_${randomBytes(4).toString('hex')}`
  const name = admin.pathname.slice(1)
  await onSide(
    admin.href,
    `CREATE ROLE ${role} LOGIN PASSWORD 'secret' ${options}`,
    `ALTER DATABASE ${name} OWNER TO ${role}`,
  )
  await onSide(admin.href, `ALTER SCHEMA public OWNER TO ${role}`)
  const postgres = Object.assign(new URL(admin), { pathname: '/postgres' }).href
  atEndOfFile(() => onSide(postgres, `DROP DATABASE ${name} WITH (FORCE)`, `DROP ROLE ${role}`))
  const own = Object.assign(new URL(admin), { username: role, password: 'secret' }).href
  return { role, admin: admin.href, own, name }
}
