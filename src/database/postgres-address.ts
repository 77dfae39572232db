/** A database URL, in two parts. */
export interface PostgresAddress {
  /** How to connect, and as which role. It sets nothing of the session: see session.ts. */
  connectionString: string
  /** The URL's `?schema=`, as Prisma writes it; null if it has none. */
  schema: string | null
}

/**
 * The URL parameters that say how to connect. In node-postgres every URL parameter overrides the code: `?query_timeout=1`
 * or `?replication=database` would. `options` stays, because some hosts route by it; the session settings are applied after
 * it.
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
