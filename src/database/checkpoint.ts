import { isHeld } from '../machine/directory-lock.js'
import type { Sql } from './sql.js'
import { statement } from './sql.js'

/** A backup that reads the files of a data directory holds this socket in it. */
export const BACKUP_LOCK = 'backup.lock'

/** The length of write-ahead log at which a checkpoint is due. A start after a kill reads the log again. */
const LONG_BYTES = 64 * 1024 * 1024
/** The log length at which a checkpoint runs even while a backup holds the lock. */
const LONGEST_BYTES = 1024 * 1024 * 1024

const WRITTEN = statement(
  '',
  'SELECT (pg_current_wal_insert_lsn() - (pg_control_checkpoint()).redo_lsn)::float8 AS bytes',
)

/**
 * Runs a checkpoint once the embedded database's write-ahead log reaches 64 MB. A PostgreSQL server has a process for that.
 * PGlite only does it on close: after a week, a server's log held everything that it had ever written, and a start after a
 * kill read all of it. A backup reads files that no checkpoint may change meanwhile (copied-files.ts), so the checkpoint
 * waits for a backup until the log reaches 1 GB.
 */
export async function checkpointIfDue(sql: Sql, directory: string): Promise<void> {
  const [row] = await sql.rows<{ bytes: number }>(WRITTEN)
  if (await isDue(row?.bytes ?? 0, () => isHeld(directory, BACKUP_LOCK))) await sql.rows(statement('', 'CHECKPOINT'))
}

export async function isDue(bytes: number, isBackedUp: () => Promise<boolean>): Promise<boolean> {
  if (bytes < LONG_BYTES) return false
  return bytes >= LONGEST_BYTES || !(await isBackedUp())
}
