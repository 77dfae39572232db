import type { ExecutionResult, GraphQLError } from 'graphql'
import { isAsyncIterable } from 'graphql-yoga'
import type { Plugin } from 'graphql-yoga'
import type { Context } from '../../graphql/context.js'
import { maskError } from '../../graphql/errors.js'
import type { Log } from '../observing/log.js'
import type { RequestContext } from './yoga.js'

/** Handles failures of the server itself: the caller gets a request id, and the log gets the failure with that id. */
export class InternalErrors {
  /** The original of each masked error. Masking does not know the request id, and later code sees only the masked error. */
  private readonly originals = new WeakMap<Error, unknown>()

  constructor(private readonly log: Log) {}

  mask(error: unknown): GraphQLError {
    const masked = maskError(error)
    if (masked !== error && isOurs(masked)) this.originals.set(masked, error)
    return masked
  }

  plugin(): Plugin<object, RequestContext> {
    return {
      onSubscribe: ({ args }) => ({
        onSubscribeResult: ({ result, setResult }) => {
          if (!isAsyncIterable(result)) return
          const { requestId } = args.contextValue as object as Context
          setResult(toldOf(result, (failed) => this.settled(failed, requestId)))
        },
      }),
      onResultProcess: ({ result, serverContext }) => {
        for (const one of (Array.isArray(result) ? result : [result]) as ExecutionResult[]) {
          this.settle(one, serverContext.requestId)
        }
      },
    }
  }

  /** Masks a stream's answer, because Yoga does not. */
  private settled(result: ExecutionResult, requestId: string): ExecutionResult {
    const masked = { ...result, errors: result.errors?.map((error) => this.mask(error)) }
    this.settle(masked, requestId)
    return masked
  }

  /** Adds the request id to the server's own failures in a result, and logs them. Call it before the result is sent. */
  settle({ data, errors }: ExecutionResult, requestId: string): void {
    if (errors === undefined) return
    const hasAnswers = data != null && Object.values(data).some((answer) => answer !== null)
    for (const error of errors) {
      keepBodyToItself(error)
      // If one mutation succeeded beside the failure of another, an error status would hide its answer.
      if (hasAnswers) delete error.extensions['http']
      this.report(error, requestId)
    }
  }

  private report(error: GraphQLError, requestId: string): void {
    if (!isOurs(error)) return
    error.extensions['requestId'] = requestId
    const details = { requestId, path: error.path, err: this.originals.get(error) ?? error }
    // A failure that passes by itself is only a warning.
    if (error.extensions['code'] === 'INTERNAL') this.log.error(details, 'A request failed')
    else this.log.warn(details, 'A request failed: the database was not available')
  }
}

/**
 * The same stream, with `settled` applied to answers with errors. If the stream itself fails, its last answer says so;
 * Yoga would only cut it off. It is not a generator, because closing a generator waits for its next answer.
 */
function toldOf(
  stream: AsyncIterable<ExecutionResult>,
  settled: (failed: ExecutionResult) => ExecutionResult,
): AsyncIterableIterator<ExecutionResult> {
  const iterator = stream[Symbol.asyncIterator]()
  const end: IteratorResult<ExecutionResult> = { done: true, value: undefined }
  let failed = false
  return {
    async next() {
      if (failed) return end
      try {
        const step = await iterator.next()
        if (step.done === true || step.value.errors === undefined) return step
        return { done: false, value: settled(step.value) }
      } catch (error) {
        failed = true
        return { done: false, value: settled({ errors: [error as GraphQLError] }) }
      }
    },
    return: async () => (await iterator.return?.()) ?? end,
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

function isOurs({ extensions }: GraphQLError): boolean {
  return extensions['code'] === 'INTERNAL' || extensions['code'] === 'UNAVAILABLE'
}

/**
 * Yoga quotes the whole body that it could not parse. Without the quotation it would answer 200, so the status is set
 * here.
 */
function keepBodyToItself({ extensions }: GraphQLError): void {
  if (!('originalError' in extensions)) return
  delete extensions['originalError']
  extensions['http'] = { status: 400 }
}
