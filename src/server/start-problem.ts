import { DatabaseUnfit } from '../database/database-unfit.js'
import { DirectoryInUse } from '../machine/directory-lock.js'
import { DirectoryUnfit, directoryProblem } from '../machine/directory-unfit.js'
import type { Config } from './settings/config.js'

type StartSettings = Pick<Config, 'host' | 'port' | 'databaseUrl' | 'dataDirectory'>

/**
 * Why the server could not start, in one line that says what to do; null for an unexpected error. It shows a database URL
 * without its user and password.
 */
export function startProblem(error: unknown, where: StartSettings): string | null {
  if (error instanceof DirectoryInUse || error instanceof DirectoryUnfit) return error.message
  if (error instanceof DatabaseUnfit) return error.sentence(databaseOf(where))
  if (!(error instanceof Error)) return null
  const { code, syscall } = error as NodeJS.ErrnoException
  if (code === undefined) return databaseProblem(error, null, where)
  if (syscall === 'listen') return listenProblem(code, where)
  return where.databaseUrl === null ? madeDirectoryProblem(code, syscall, where) : databaseProblem(error, code, where)
}

function databaseOf({ databaseUrl, dataDirectory }: StartSettings): string {
  return databaseUrl === null ? `the database in ${dataDirectory}` : withoutCredentials(databaseUrl)
}

function listenProblem(code: string, { host, port }: StartSettings): string {
  const at = `${host}:${port}`
  switch (code) {
    case 'EADDRINUSE':
      return `Another program listens on ${at} already. Stop it, or choose another port (PORT).`
    case 'EACCES':
      return `This user may not listen on ${at}. Choose a port above 1023 (PORT).`
    case 'EADDRNOTAVAIL':
      return `This machine has no address ${host}. Set HOST to one that it has, such as 127.0.0.1 or 0.0.0.0.`
    default:
      return `Cannot listen on ${at} (${code}). Check HOST and PORT.`
  }
}

function madeDirectoryProblem(
  code: string,
  syscall: string | undefined,
  { dataDirectory }: StartSettings,
): string | null {
  if (code !== 'ENOENT') return directoryProblem(dataDirectory, code)
  if (syscall !== 'mkdir') return null
  return `The data directory ${dataDirectory} cannot be created there. Set BATON_DATA_DIR to a path on an ordinary disk.`
}

const CONNECTION_CODES: ReadonlySet<string> = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOENT'],
])

function databaseProblem(error: Error, code: string | null, { databaseUrl }: StartSettings): string | null {
  if (databaseUrl === null) return null
  const database = withoutCredentials(databaseUrl)
  if (code === null) {
    return /timeout|terminated/i.test(error.message) ? unreachable(database, 'it does not answer') : null
  }
  if (CONNECTION_CODES.has(code)) return unreachable(database, code)
  switch (code) {
    case '28P01':
    case '28000':
      return `PostgreSQL at ${database} refuses the user or password of DATABASE_URL.`
    case '3D000':
      return `PostgreSQL at ${database} has no such database. Create it, or correct DATABASE_URL.`
    case '42501':
      return `The user of DATABASE_URL may not create tables in ${database}. Make it the owner of the database, or of a schema.`
    case '42P07':
      return `Another application has tables with the same names in ${database}. Give Baton a schema or a database of its own.`
    case '53300':
      return `PostgreSQL at ${database} has no connection left for this role. Raise max_connections, or the CONNECTION LIMIT of the role or the database; or let other servers take fewer (BATON_DATABASE_CONNECTIONS).`
    case '25006':
      return `PostgreSQL at ${database} is read-only. Let DATABASE_URL name the primary, and turn default_transaction_read_only off.`
    case '57P03':
      return unreachable(database, 'it is starting up or shutting down')
    default:
      return null
  }
}

function unreachable(database: string, why: string): string {
  return `PostgreSQL at ${database} cannot be reached (${why}). Check DATABASE_URL, and that the server runs.`
}

export function withoutCredentials(databaseUrl: string): string {
  const { hostname, port, pathname, searchParams } = new URL(databaseUrl)
  return `${hostname || (searchParams.get('host') ?? '')}${port === '' ? '' : `:${port}`}${pathname}`
}
