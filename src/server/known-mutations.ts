import type { ExecutionArgs, ExecutionResult } from 'graphql'
import type { GraphQLParams, Plugin } from 'graphql-yoga'
import type { Context } from '../graphql/context.js'
import type { CompiledMutation, CompiledMutations, Interpreter } from './compiled-mutations.js'
import { mayRevokeToken } from './forget-revoked-tokens.js'
import type { InternalErrors } from './internal-errors.js'
import type { OperationWatcher } from './observe-operations.js'
import { costed } from './query-cost.js'
import type { CostExtension, QueryCosts } from './query-cost.js'
import type { RequestContext } from './yoga.js'

/** Many times what daemons of several versions send. One more, and the one that was learned first goes. */
const MAX_KNOWN = 200
/** In characters; the daemon's longest document has a tenth of it. */
const LONGEST_TEXT = 10_000

/** A text that passed every rule for documents, with all that those rules found out about it. */
interface Known {
  text: string
  document: ExecutionArgs['document']
  schema: ExecutionArgs['schema']
  compiled: CompiledMutation
  interpret: Interpreter
  cost: CostExtension
}

export interface KnownMutationsOptions {
  compiled: CompiledMutations
  costs: QueryCosts
  watch: OperationWatcher
  internalErrors: InternalErrors
  contextOf: (request: RequestContext) => Context
}

/**
 * Answers the mutations that daemons send all day without Yoga's pipeline, once that has let the same text pass and it has
 * been compiled. What the pipeline does before it carries a document out depends on the text alone, for callers with a
 * token, and was done then; what it does around it is done here by the same functions: authorization, validation and
 * refusals in the resolvers, observation, cost, masking.
 */
export class KnownMutations {
  private readonly known = new Map<string, Known>()

  constructor(private readonly options: KnownMutationsOptions) {}

  /** Learns. Must come before whatever goes around the interpreter: it is given the bare one. */
  plugin(): Plugin {
    return {
      onExecute: ({ args, executeFn }) => this.learn(args, executeFn as Interpreter),
    }
  }

  /** null: the pipeline has to see it. */
  answer(params: GraphQLParams, request: RequestContext): Promise<ExecutionResult> | null {
    const { query, variables, operationName } = params
    const known = query == null || request.caller === null ? undefined : this.known.get(query)
    if (known?.compiled.fits({ operationName }) !== true) return null
    const { document, schema } = known
    // Daemons wait by the thousand, and each has sent a copy.
    params.query = known.text
    const contextValue = this.options.contextOf(request)
    return this.run(known, { document, schema, contextValue, variableValues: variables, operationName }, request)
  }

  private async run(
    { compiled, interpret, cost }: Known,
    args: ExecutionArgs,
    request: RequestContext,
  ): Promise<ExecutionResult> {
    const { watch, internalErrors } = this.options
    const watched = watch(args, request.req.headers)
    const executed = await watched.around((given: ExecutionArgs) => compiled.run(given, interpret))(args)
    watched.end(executed)
    const result = costed(args, executed, cost)
    if (result.errors !== undefined) result.errors = result.errors.map((error) => internalErrors.mask(error))
    return result
  }

  private learn(args: ExecutionArgs, interpret: Interpreter): void {
    const { document, schema, contextValue } = args
    const { caller, params } = contextValue as { caller: Context['caller']; params?: GraphQLParams }
    const text = params?.query
    // For callers without a token there are more rules.
    if (caller === null || text == null || text.length > LONGEST_TEXT || this.known.has(text)) return
    const compiled = this.options.compiled.of(document)
    if (compiled === null || mayRevokeToken(document)) return
    const cost = this.options.costs.fixed(args)
    if (cost === null) return
    this.known.set(text, { text, document, schema, compiled, interpret, cost })
    for (const oldest of this.known.keys()) {
      if (this.known.size <= MAX_KNOWN) return
      this.known.delete(oldest)
    }
  }
}
