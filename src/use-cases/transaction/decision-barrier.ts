import type { Database } from '../../database/sql.js'
import { statement } from '../../database/sql.js'

/**
 * Every transaction that decides from rows which it does not lock begins with a share of this lock: whether an agent is archived and
 * where it works, whether a runtime is registered. Locking those rows would make all work of an agent take turns.
 */
const AWAIT = statement('await_decisions', 'SELECT pg_advisory_xact_lock(7238460114)')

/**
 * Returns when every decision that may have been made from how such a row was before has been written: who changes one,
 * and then looks for what has to follow, calls it in between, with the change committed.
 */
export async function decisionsMade(database: Database): Promise<void> {
  if (database.kind !== 'embedded') await database.transaction((sql) => sql.rows(AWAIT))
}
