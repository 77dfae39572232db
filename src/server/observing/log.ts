import { pino } from 'pino'
import type { Logger } from 'pino'
import type { LogLevel } from '../settings/variables.js'
import { describeError } from './describe-error.js'

export type Log = Logger

/** Kept in memory while standard output takes no more, in bytes; what comes on top of it is lost. */
const MOST_UNWRITTEN = 16 * 1024 * 1024

/**
 * JSON lines on stdout. Written in the background: a request does not wait for its line, and a reader that stands still
 * does not stop the server. What is left is written when the process ends.
 */
export function openLog(level: LogLevel): Log {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: describeError },
    },
    pino.destination({ dest: 1, sync: false, maxLength: MOST_UNWRITTEN }),
  )
}
