import type { ComparedMigrations } from '../../database/migrate.js'
import type { Check } from './check.js'
import { ok, warning } from './check.js'

/** @param place the schema or the directory of the tables */
export function checkMigrations(place: string, { missing, unknown, applied }: ComparedMigrations): Check {
  if (unknown.length > 0) {
    return warning(
      'schema',
      `The tables in ${place} have migrations that this build does not know: ${unknown.join(', ')}. A newer build applied them. Run that build.`,
    )
  }
  if (applied === 0) return ok('schema', `There are no tables in ${place} yet. The first start creates them.`)
  if (missing.length === 0) return ok('schema', `All tables are in ${place}, with all ${applied} migrations.`)
  const names = missing.map(({ name }) => name).join(', ')
  return warning(
    'schema',
    `The tables in ${place} lack ${missing.length} migrations: ${names}. The next start applies them; make a backup first.`,
  )
}
