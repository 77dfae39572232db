import { pino } from 'pino'
import type { Logger } from 'pino'
import type { LogLevel } from './config.js'

export type Log = Logger

/** JSON lines on stdout. */
export function openLog(level: LogLevel): Log {
  return pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: describeError },
  })
}

/**
 * What is logged of an error. Not its other properties: PostgreSQL puts the row that failed into `detail`, and with it
 * a prompt, an output or a token's hash.
 */
export function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) }
  const { name, message, stack, cause } = error
  const { code } = error as { code?: unknown }
  return {
    ...{ name, message, stack },
    ...(typeof code === 'string' ? { code } : {}),
    ...(cause === undefined ? {} : { cause: describeError(cause) }),
  }
}
