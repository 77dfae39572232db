import type { Database } from '../../database/sql.js'
import { statement } from '../../database/sql.js'

/**
 * A transaction takes this lock, shared, before it decides from rows that it does not lock: whether an agent is archived, on which runtime
 * it works, whether a runtime is registered. Locking those rows would serialise all work of an agent.
 */
const AWAIT = statement('await_decisions', 'SELECT pg_advisory_xact_lock(7238460114)')

/**
 * Waits for every transaction that may have decided from the earlier state of such a row. To change such a row, commit the
 * change, call this, and then handle what was decided before the change.
 */
export async function decisionsMade(database: Database): Promise<void> {
  if (database.kind !== 'embedded') await database.transaction((sql) => sql.rows(AWAIT))
}
