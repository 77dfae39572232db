import { Client } from 'pg'

/** Settings that somebody else may have made for a database, a role or a connection: each changes what statements mean. */
export const FOREIGN_SETTINGS: readonly (readonly [name: string, value: string])[] = [
  ['timezone', 'Asia/Kolkata'],
  ['datestyle', 'SQL, DMY'],
  ['datestyle', 'ISO, DMY'],
  ['datestyle', 'German'],
  ['intervalstyle', 'iso_8601'],
  ['bytea_output', 'escape'],
  ['extra_float_digits', '-15'],
  ['client_encoding', 'LATIN1'],
  ['standard_conforming_strings', 'off'],
  ['array_nulls', 'off'],
  ['transform_null_equals', 'on'],
  ['default_transaction_isolation', 'serializable'],
  ['default_transaction_isolation', 'repeatable read'],
  ['default_transaction_deferrable', 'on'],
  ['row_security', 'off'],
  ['check_function_bodies', 'off'],
  ['gin_fuzzy_search_limit', '1'],
  ['search_path', ''],
  ['search_path', 'elsewhere, public'],
  ['statement_timeout', '100ms'],
  ['lock_timeout', '1ms'],
  ['idle_in_transaction_session_timeout', '1ms'],
  ['idle_session_timeout', '2s'],
  ['plan_cache_mode', 'force_custom_plan'],
  ['enable_indexscan', 'off'],
  ['enable_nestloop', 'off'],
  ['join_collapse_limit', '1'],
  ['from_collapse_limit', '1'],
]

/** Of each setting one value: all of them at once. */
export const ALL_AT_ONCE: ReadonlyMap<string, string> = new Map(FOREIGN_SETTINGS)

/** Runs statements on a connection of its own. */
export async function onSide(connectionString: string, ...statements: string[]): Promise<void> {
  const client = new Client({ connectionString })
  await client.connect()
  try {
    for (const statement of statements) await client.query(statement)
  } finally {
    await client.end()
  }
}

/** A list for search_path, anything else as a text. */
export function assigned(name: string, value: string): string {
  return `${name} = ${name === 'search_path' && value !== '' ? value : `'${value}'`}`
}
