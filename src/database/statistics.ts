import type { Sql } from './sql.js'
import { statement } from './sql.js'

/** Tables that grow from empty within seconds, or alternate between empty and full. */
export const LIVELY: readonly string[] = [
  ...['dispatch', 'task_row', 'task_content', 'conversation', 'session_event', 'session_snapshot'],
  ...['chat_message', 'conversation_listing', 'request_record', 'task_progress', 'imported_row', 'agent', 'runtime'],
  'sealed_stream',
]

const OUTDATED = statement(
  'outdated_statistics',
  `SELECT c.relname AS name FROM pg_class c LEFT JOIN pg_stat_user_tables s ON s.relid = c.oid
   WHERE c.relnamespace = quote_ident(current_schema())::regnamespace AND c.relkind = 'r' AND c.relname = ANY ($1::text[])
     AND (pg_relation_size(c.oid) / 8192 > 4 + 2 * greatest(c.relpages, 0)
       OR coalesce(s.n_mod_since_analyze, 0) > 500 + greatest(c.reltuples, 0) / 2)
   ORDER BY c.relname`,
)

/**
 * Runs ANALYZE on tables that have changed much since their last statistics, which also replans prepared statements.
 * Returns the tables' names. PostgreSQL does so by itself, but only once a minute, and the embedded database never does, so
 * plans for an empty table stay in use when it is full. In one case, counting an agent's claims read every claim of the
 * workspace, and the embedded database handed out 15 tasks a second.
 */
export async function refreshStatistics(sql: Sql): Promise<string[]> {
  const outdated = await sql.rows<{ name: string }>(OUTDATED, [LIVELY])
  // SKIP_LOCKED, because another process may be analyzing the table.
  for (const { name } of outdated) await sql.rows(statement('', `ANALYZE (SKIP_LOCKED) "${name}"`))
  return outdated.map(({ name }) => name)
}
