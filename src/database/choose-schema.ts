import type { Client } from 'pg'
import { DatabaseUnfit } from './database-unfit.js'

/** The usable schemas of the search path, in its order, and the schema that the URL names. */
const CANDIDATES = `
  SELECT s.name, to_regclass(format('%I._prisma_migrations', s.name)) IS NOT NULL
             AND to_regclass(format('%I.session_event', s.name)) IS NOT NULL AS ours
  FROM unnest(CASE WHEN $1::text IS NULL THEN current_schemas(false)::text[] ELSE ARRAY[$1::text] END)
         WITH ORDINALITY AS s(name, place)
  WHERE to_regnamespace(quote_ident(s.name)) IS NOT NULL ORDER BY s.place`

/**
 * The schema of Baton's tables: the one that the URL names; else the first of the connection's search path that has the
 * tables; else the first of the search path; else `public`. It is chosen once, before the search path is set to it.
 * Existing tables are preferred, so that a schema created later (one with the role's name comes first in the path) does not
 * start a second, empty Baton.
 */
export async function chooseSchema(client: Client, named: string | null): Promise<string> {
  const { rows } = await client.query<{ name: string; ours: boolean }>(CANDIDATES, [named])
  const chosen = rows.find(({ ours }) => ours) ?? rows[0]
  if (chosen?.name.includes('"')) {
    throw new DatabaseUnfit(
      (database) =>
        `The schema ${chosen.name} of PostgreSQL at ${database} has a quote in its name. Choose another one.`,
    )
  }
  if (chosen !== undefined) return chosen.name
  if (named === null) return 'public'
  throw new DatabaseUnfit(
    (database) =>
      `PostgreSQL at ${database} has no schema ${named}. Create it (CREATE SCHEMA), or correct ?schema= in DATABASE_URL.`,
  )
}
