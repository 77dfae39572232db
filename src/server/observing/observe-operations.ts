import type { ExecutionArgs, ExecutionResult } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import type { Log } from './log.js'
import type { Metrics } from './metrics.js'
import { codesOf, isExpectedToWait, operationOf, tellsOfFailure } from '../operations/operation.js'
import type { Operation } from '../operations/operation.js'
import type { Tracing } from './tracing.js'

/** A longer operation is logged at level warn, except for claims, which may wait as requested. */
const SLOW_MS = 1_000

/** Where operations are reported. */
export interface Observation {
  log: Log
  metrics: Metrics
  tracing: Tracing
}

/**
 * Writes a log line, a measurement and a span for each operation, and for a subscription a line at its begin and its
 * end. The line has level debug, because a busy server runs thousands per second; info if the operation was refused;
 * warn if it failed or was slow.
 */
export function observeOperations({ log, metrics, tracing }: Observation): Plugin {
  return {
    onExecute({ args, executeFn, setExecuteFn }) {
      const started = performance.now()
      const operation = operationOf(args)
      const span = tracing.operation(operation, headersOf(args.contextValue))
      if (span !== null) setExecuteFn(span.around(executeFn))
      return {
        onExecuteDone({ result }) {
          const ms = performance.now() - started
          const codes = codesOf(result as ExecutionResult)
          metrics.operation(operation.kind, codes, ms / 1000)
          span?.end(codes)
          write(log, args, operation, codes, ms)
        },
      }
    },
    onSubscribe({ args }) {
      const started = performance.now()
      const operation = operationOf(args)
      log.debug(fieldsOf(operation), 'Subscribed')
      return {
        onSubscribeResult: () => ({
          onEnd() {
            log.debug({ ...fieldsOf(operation), ms: rounded(performance.now() - started) }, 'Unsubscribed')
          },
        }),
        onSubscribeError: () => undefined,
      }
    },
  }
}

function headersOf(context: unknown): object {
  return (context as { req?: { headers?: object } }).req?.headers ?? {}
}

function write(log: Log, args: ExecutionArgs, operation: Operation, codes: readonly string[], ms: number): void {
  const slow = ms >= SLOW_MS && !isExpectedToWait(args)
  const level = tellsOfFailure(codes) || slow ? 'warn' : codes.length > 0 && operation.token ? 'info' : 'debug'
  if (!log.isLevelEnabled(level)) return
  const fields = { ...fieldsOf(operation), ms: rounded(ms), ...(codes.length === 0 ? {} : { codes }) }
  log[level](fields, slow ? 'A slow operation' : 'Operation')
}

function fieldsOf({ name, ...operation }: Operation) {
  return { ...operation, operation: name }
}

function rounded(ms: number): number {
  return Math.round(ms * 10) / 10
}
