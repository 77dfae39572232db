import { chooseSchema } from '../database/choose-schema.js'
import { postgresAddress } from '../database/postgres-address.js'
import { connect } from '../database/session.js'

/** URL parameters that only node-postgres knows. */
const NOT_OF_LIBPQ = ['ssl', 'uselibpqcompat', 'sslnegotiation', 'password']

/** How to back up PostgreSQL with its own tools. */
export async function howToDump(databaseUrl: string, file: string, archiveDirectory: string | null): Promise<string> {
  const { connectionString, schema: named } = postgresAddress(databaseUrl)
  const client = await connect(databaseUrl, 'baton-backup', null)
  let schema: string
  try {
    schema = await chooseSchema(client, named)
  } finally {
    await client.end()
  }
  const url = new URL(connectionString)
  url.password = ''
  for (const name of NOT_OF_LIBPQ) url.searchParams.delete(name)
  return [
    'The database is PostgreSQL, and its own tools back it up. Nothing was written. Run',
    `  pg_dump --format=custom --schema=${quoted(`"${schema}"`)} --file=${quoted(file)} ${quoted(url.href)}`,
    `with the password in PGPASSWORD or ~/.pgpass. The schema ${schema} must be in it whole: every table with _prisma_migrations,`,
    'the view task, and all functions and triggers. Only the rows of rate_limit may be missing. It is restored with',
    `  pg_restore --clean --if-exists --no-owner --single-transaction --dbname=... ${quoted(file)}`,
    'into an empty database, where baton verify proves it.',
    ...(archiveDirectory === null ? [] : [howToCopyArchive(archiveDirectory)]),
  ].join('\n')
}

/** How to copy sealed conversations, which no backup of the database contains. */
export function howToCopyArchive(directory: string): string {
  return `Sealed conversations are not in it: copy the files of ${directory} before it and once more after it, and delete none of the copies.`
}

/** Quotes a text for a shell. */
export function quoted(text: string): string {
  return /^[\w./:@=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
