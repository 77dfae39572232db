/** A database URL, in two parts. */
export interface PostgresAddress {
  /** How to get there and who asks. Nothing of what a connection is set to: see session.ts. */
  connectionString: string
  /** The URL's `?schema=`, as Prisma writes it; null where it has none. */
  schema: string | null
}

/**
 * The parameters of a URL that say how to connect. node-postgres lets every parameter of the URL replace what the code
 * asked for: `?query_timeout=1` or `?replication=database` would. `options` stays, because some hosts route by it; what it
 * sets for the session is set again after it.
 */
const KEPT: ReadonlySet<string> = new Set([
  ...['host', 'port', 'user', 'password', 'options'],
  ...['ssl', 'sslmode', 'sslcert', 'sslkey', 'sslrootcert', 'sslnegotiation', 'uselibpqcompat'],
])

export function postgresAddress(databaseUrl: string): PostgresAddress {
  const url = new URL(databaseUrl)
  const schema = url.searchParams.get('schema')
  for (const name of [...url.searchParams.keys()]) if (!KEPT.has(name)) url.searchParams.delete(name)
  return { connectionString: url.href, schema: schema === '' ? null : schema }
}
