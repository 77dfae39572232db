import type { PostgresDatabase } from './postgres-database.js'
import { onSide } from './foreign-settings.js'

/** The address of an empty database beside a test's own. It goes with the test run. */
export async function emptyDatabase({ connectionString }: PostgresDatabase): Promise<URL> {
  const url = new URL(connectionString)
  url.pathname = `${url.pathname}_empty`
  await onSide(connectionString, `CREATE DATABASE ${url.pathname.slice(1)}`)
  return url
}
