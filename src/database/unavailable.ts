import { sqlState } from './sql.js'

/** The database is too busy to be asked, or did not answer in time. */
export class Unavailable extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'Unavailable'
  }
}

/**
 * SQLSTATEs, or the classes they begin with, of what passes: a lost connection (08), a transaction that lost to another
 * too often (40), a full disk, too little memory, too many connections (53), a lock that was held for too long (55P03), a
 * server that shuts down, starts, crashed or ended a statement that took too long (57), a standby that is not yet the
 * primary (25006), a transaction that stood still (25P03), input and output errors (58).
 */
const PASSING_STATES = /^(?:08...|40...|53...|55P03|57...|25006|25P03|58...)$/
/** What the operating system says of a way that is not there. */
const PASSING_SYSTEM_ERRORS: ReadonlySet<string> = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN'],
  ...['ENOTFOUND', 'EAI_AGAIN', 'ENOSPC', 'EDQUOT', 'EMFILE', 'ENFILE'],
])
/** Prisma's: not reachable, too slow, connection closed, no connection free, lost to another, too many connections. */
const PASSING_PRISMA_ERRORS: ReadonlySet<string> = new Set([
  'P1001',
  'P1002',
  'P1008',
  'P1017',
  'P2024',
  'P2034',
  'P2037',
])
/** What node-postgres has no code for. */
const PASSING_MESSAGES =
  /^(?:Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error|Client was closed|Cannot use a pool after calling end)/

/**
 * Whether this error blames the moment: the database, or the way to it, is away, full or too slow, and the same call may
 * succeed later. Whether the call that met it was carried out is not known: a commit may have been, and its answer lost.
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
  /** Of an AggregateError: a host name that stands for several addresses. */
  errors?: unknown
  /** Prisma's: what its driver said. */
  meta?: { driverAdapterError?: { cause?: { originalCode?: unknown } } }
}
