import type { ExecutionResult, GraphQLError } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { maskError } from '../graphql/errors.js'
import type { Log } from './log.js'
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
      onResultProcess: ({ result, serverContext }) => {
        for (const one of (Array.isArray(result) ? result : [result]) as ExecutionResult[]) {
          this.settle(one, serverContext.requestId)
        }
      },
    }
  }

  /** Before a result is sent: puts the request id into what is ours, and logs it. */
  settle({ errors }: ExecutionResult, requestId: string): void {
    for (const error of errors ?? []) {
      keepBodyToItself(error)
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

function isOurs({ extensions }: GraphQLError): boolean {
  return extensions['code'] === 'INTERNAL' || extensions['code'] === 'UNAVAILABLE'
}

/** Yoga quotes what it could not parse: the whole body, back to its sender. Without the quotation it would answer 200. */
function keepBodyToItself({ extensions }: GraphQLError): void {
  if (!('originalError' in extensions)) return
  delete extensions['originalError']
  extensions['http'] = { status: 400 }
}
