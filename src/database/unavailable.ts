import { sqlState } from './sql.js'

/** The database is too busy, or did not answer in time. */
export class Unavailable extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'Unavailable'
  }
}

/**
 * SQLSTATEs, or their classes, of temporary failures: a lost connection (08), a transaction that lost too many conflicts
 * (40), a full disk, too little memory, too many connections (53), a lock held too long (55P03), a server that shuts down,
 * starts, crashed or ended a slow statement (57), a standby that is not yet the primary (25006), an idle transaction
 * (25P03), input and output errors (58).
 */
const PASSING_STATES = /^(?:08...|40...|53...|55P03|57...|25006|25P03|58...)$/
/** Errors of the operating system for an unreachable database. */
const PASSING_SYSTEM_ERRORS: ReadonlySet<string> = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN'],
  ...['ENOTFOUND', 'EAI_AGAIN', 'ENOSPC', 'EDQUOT', 'EMFILE', 'ENFILE'],
])
/**
 * Prisma's error codes: not reachable, too slow, connection closed, no free connection, write conflict, too many
 * connections.
 */
const PASSING_PRISMA_ERRORS: ReadonlySet<string> = new Set([
  'P1001',
  'P1002',
  'P1008',
  'P1017',
  'P2024',
  'P2034',
  'P2037',
])
/** node-postgres errors that have no code. */
const PASSING_MESSAGES =
  /^(?:Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error|Client was closed|Cannot use a pool after calling end)/

/**
 * Whether the error is temporary: the database, or the network to it, is down, full or too slow, and the same call may
 * succeed later. It does not say whether the failed call took effect: a commit may have succeeded and its answer been lost.
 */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (error instanceof Unavailable || PASSING_MESSAGES.test(error.message)) return true
  const { code, cause, errors, meta } = error as PossibleParts
  if (PASSING_STATES.test(sqlState(error) ?? '')) return true
  if (typeof code === 'string' && (PASSING_SYSTEM_ERRORS.has(code) || PASSING_PRISMA_ERRORS.has(code))) return true
  const state = meta?.driverAdapterError?.cause?.originalCode
  if (typeof state === 'string' && PASSING_STATES.test(state)) return true
  return isUnavailable(cause) || (Array.isArray(errors) && errors.some(isUnavailable))
}

interface PossibleParts {
  code?: unknown
  cause?: unknown
  /** From an AggregateError: a host name with several addresses. */
  errors?: unknown
  /** From Prisma: the driver's error. */
  meta?: { driverAdapterError?: { cause?: { originalCode?: unknown } } }
}
