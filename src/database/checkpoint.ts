import { isHeld } from '../machine/directory-lock.js'
import type { Sql } from './sql.js'
import { statement } from './sql.js'

/** A backup that reads the files of a data directory holds this socket there. */
export const BACKUP_LOCK = 'backup.lock'

/** What the embedded database reads again when it starts after its process was killed. */
const LONG_BYTES = 64 * 1024 * 1024
/** No backup, not even one that stands still, makes it longer than this by much. */
const LONGEST_BYTES = 1024 * 1024 * 1024

const WRITTEN = statement(
  '',
  'SELECT (pg_current_wal_insert_lsn() - (pg_control_checkpoint()).redo_lsn)::float8 AS bytes',
)

/**
 * Writes the changed pages of the embedded database into its files once its write-ahead log is 64 MB long. A PostgreSQL
 * server has a process for that. In PGlite nothing did it before the database was closed: the log of a server that ran for
 * a week was as long as all that it had written, and was read from its beginning where the server was killed. A backup
 * reads files that no checkpoint may change meanwhile (copied-files.ts): it is waited for until the log has 1 GB.
 */
export async function checkpointIfDue(sql: Sql, directory: string): Promise<void> {
  const [row] = await sql.rows<{ bytes: number }>(WRITTEN)
  if (await isDue(row?.bytes ?? 0, () => isHeld(directory, BACKUP_LOCK))) await sql.rows(statement('', 'CHECKPOINT'))
}

export async function isDue(bytes: number, isBackedUp: () => Promise<boolean>): Promise<boolean> {
  if (bytes < LONG_BYTES) return false
  return bytes >= LONGEST_BYTES || !(await isBackedUp())
}
