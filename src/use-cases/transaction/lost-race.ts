import { sqlState } from '../../database/sql.js'

/** A stream changed although its conversation was locked, or another call opened the same conversation first. */
export class AppendConflict extends Error {
  constructor() {
    super('A stream that was to be written to had moved, or was opened by another call.')
    this.name = 'AppendConflict'
  }
}

/** unique_violation, serialization_failure, deadlock_detected: another process was there at the same moment. */
const RACES: ReadonlySet<string> = new Set(['23505', '40001', '40P01'])

/** Whether deciding again from what is there now may succeed. */
export function lostTheRace(error: unknown): boolean {
  return error instanceof AppendConflict || RACES.has(sqlState(error) ?? '')
}

/**
 * Whether PostgreSQL has certainly rolled the transaction back. A broken connection (class 08), a server that shuts down
 * (57) or runs out of something (53) does not count: the commit may have been carried out, so the caller must decide
 * (by requestId, or by looking).
 */
export function rolledBack(error: unknown): boolean {
  if (error instanceof AppendConflict) return true
  const state = sqlState(error)
  return state !== null && !['08', '53', '57'].includes(state.slice(0, 2))
}
