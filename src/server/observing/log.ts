import { pino } from 'pino'
import type { Logger } from 'pino'
import type { LogLevel } from '../settings/variables.js'
import { describeError } from './describe-error.js'

export type Log = Logger

/** The most bytes that wait in memory while stdout is blocked. Further lines are lost. */
const MOST_UNWRITTEN = 16 * 1024 * 1024

/**
 * Logs JSON lines on stdout. They are written in the background: a request does not wait for its line, and a blocked
 * reader does not stop the server. The remaining lines are written when the process ends.
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
