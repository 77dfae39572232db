import type { ExecutionResult, GraphQLError } from 'graphql'
import { isAsyncIterable } from 'graphql-yoga'
import type { Plugin } from 'graphql-yoga'
import type { Context } from '../../graphql/context.js'
import { maskError } from '../../graphql/errors.js'
import type { Log } from '../observing/log.js'
import type { RequestContext } from './yoga.js'

/** The failures that are ours: the caller is told a request id, and the log the failure under that id. */
export class InternalErrors {
  /** What each masked error stands for. Where it is masked, the request is not known; where it is, the error is masked. */
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

  /** Of a stream's answers, Yoga looks at none. */
  private settled(result: ExecutionResult, requestId: string): ExecutionResult {
    const masked = { ...result, errors: result.errors?.map((error) => this.mask(error)) }
    this.settle(masked, requestId)
    return masked
  }

  /** Before a result is sent: puts the request id into what is ours, and logs it. */
  settle({ data, errors }: ExecutionResult, requestId: string): void {
    if (errors === undefined) return
    const hasAnswers = data != null && Object.values(data).some((answer) => answer !== null)
    for (const error of errors) {
      keepBodyToItself(error)
      // An answer to one mutation beside the failure of another: a status of failure would be read as no answer at all.
      if (hasAnswers) delete error.extensions['http']
      this.report(error, requestId)
    }
  }

  private report(error: GraphQLError, requestId: string): void {
    if (!isOurs(error)) return
    error.extensions['requestId'] = requestId
    const details = { requestId, path: error.path, err: this.originals.get(error) ?? error }
    // What passes by itself is no error of the server's.
    if (error.extensions['code'] === 'INTERNAL') this.log.error(details, 'A request failed')
    else this.log.warn(details, 'A request failed: the database was not available')
  }
}

/**
 * The same stream, with what `settled` makes of its answers that have errors. Where the stream itself fails, its last answer
 * says so: Yoga would only break it off. No generator, because whoever hangs up must not wait for the next answer.
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

/** Yoga quotes what it could not parse: the whole body, back to its sender. Without the quotation it would answer 200. */
function keepBodyToItself({ extensions }: GraphQLError): void {
  if (!('originalError' in extensions)) return
  delete extensions['originalError']
  extensions['http'] = { status: 400 }
}
