import type { Sql } from './sql.js'
import { statement } from './sql.js'

/** Tables that grow from nothing within seconds, or are empty at one moment and full at the next. */
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
 * Gathers the planner's statistics anew for tables that have changed much since they were last gathered; prepared plans
 * are then made anew too. PostgreSQL does so by itself, but once a minute, and the embedded database never: plans that
 * were made for an empty table serve it meanwhile when it is full. Counting an agent's claims then read every claim of the
 * workspace, and the embedded database handed out 15 tasks a second. Returns the tables' names.
 */
export async function refreshStatistics(sql: Sql): Promise<string[]> {
  const outdated = await sql.rows<{ name: string }>(OUTDATED, [LIVELY])
  // SKIP_LOCKED: another process may be at it.
  for (const { name } of outdated) await sql.rows(statement('', `ANALYZE (SKIP_LOCKED) "${name}"`))
  return outdated.map(({ name }) => name)
}
