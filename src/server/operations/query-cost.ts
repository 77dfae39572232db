import { complexityFromQuery } from '@pothos/plugin-complexity'
import { getOperationAST, GraphQLError, Kind, OperationTypeNode, visit } from 'graphql'
import type { DocumentNode, ExecutionArgs, ExecutionResult } from 'graphql'
import { isAsyncIterable } from 'graphql-yoga'
import type { Plugin } from 'graphql-yoga'
import { textsTooLarge } from '../../graphql/answer-size.js'
import type { Context } from '../../graphql/context.js'
import { COST_ARGUMENTS } from '../../graphql/cost-plugin.js'
import { queryTooComplex } from '../../graphql/errors.js'
import { ExpensiveQueries, isQuery } from './expensive-queries.js'

/**
 * The most fields of an operation; each field counts as often as its list may repeat it. It allows a page of 100 with
 * pages of 50 and ten fields each. The dashboard's most expensive query costs a tenth of it, as a test proves.
 */
const COST_LIMIT = 50_000

type Args = Pick<ExecutionArgs, 'schema' | 'document' | 'operationName' | 'variableValues' | 'contextValue'>

/** Refuses operations that cost too much before they run, and adds the cost to each answer. */
export function queryCost(): Plugin {
  const costs = new QueryCosts()
  const expensive = new ExpensiveQueries()
  return {
    onExecute({ args, executeFn, setExecuteFn, setResultAndStopExecution }) {
      const cost = costs.of(args)
      if (cost === null) return undefined
      const extension = { requested: cost, limit: COST_LIMIT }
      if (cost > COST_LIMIT) return setResultAndStopExecution(refused(extension))
      if (isQuery(args)) {
        const execute = executeFn as (given: ExecutionArgs) => ExecutionResult | Promise<ExecutionResult>
        setExecuteFn((given: ExecutionArgs) => expensive.run(given, cost, () => execute(given)))
      }
      return {
        onExecuteDone: ({ result, setResult }) => {
          if (!isAsyncIterable(result)) setResult(costed(args, result, extension))
        },
      }
    },
    onSubscribe({ args, setResultAndStopExecution }) {
      const cost = costs.of(args)
      if (cost === null) return undefined
      const extension = { requested: cost, limit: COST_LIMIT }
      if (cost > COST_LIMIT) return setResultAndStopExecution(refused(extension))
      return {
        onSubscribeResult: () => ({
          onNext: ({ result, setResult }) => setResult(costed(args, result, extension)),
        }),
      }
    },
  }
}

interface CostExtension {
  requested: number
  limit: number
}

function refused(cost: CostExtension): ExecutionResult {
  const sentence = `It costs ${cost.requested.toLocaleString('en')}; the limit is ${cost.limit.toLocaleString('en')}.`
  return { errors: [queryTooComplex(sentence)], extensions: { cost } }
}

/**
 * The result with its cost. If its texts are too large, which its fields find out while they resolve, one error
 * replaces those of the fields. A mutation's answer keeps its data: the mutation was executed, and a claimToken is
 * returned only once.
 */
function costed(args: Args, result: ExecutionResult, fields: CostExtension): ExecutionResult {
  const { size, history } = (args.contextValue as Context).loaders
  const cost = history.events === 0 ? fields : { ...fields, requested: fields.requested + history.events }
  if (size.isExceeded) {
    const { data, errors = [] } = result
    if (!isMutation(args)) return { errors: [textsTooLarge()], extensions: { cost } }
    const others = errors.filter(({ extensions }) => extensions['code'] !== 'QUERY_TOO_COMPLEX')
    return { data, errors: [...others, textsTooLarge()], extensions: { cost } }
  }
  result.extensions = result.extensions === undefined ? { cost } : { ...result.extensions, cost }
  return result
}

function isMutation({ document, operationName }: Args): boolean {
  return getOperationAST(document, operationName)?.operation === OperationTypeNode.MUTATION
}

/** Caches costs by document, because clients repeat documents and Yoga parses each text once. */
class QueryCosts {
  private readonly known = new WeakMap<DocumentNode, Map<string, number>>()
  private readonly varying = new WeakMap<DocumentNode, boolean>()

  /** null if the variables are invalid; the execution then reports them. */
  of(args: Args): number | null {
    const { document } = args
    let varies = this.varying.get(document)
    if (varies === undefined) this.varying.set(document, (varies = dependsOnVariables(document)))
    if (varies) return costOf(args)
    let costs = this.known.get(document)
    if (costs === undefined) this.known.set(document, (costs = new Map<string, number>()))
    const name = args.operationName ?? ''
    const kept = costs.get(name)
    if (kept !== undefined) return kept
    const cost = costOf(args)
    if (cost !== null) costs.set(name, cost)
    return cost
  }
}

function costOf({ schema, document, operationName, variableValues, contextValue }: Args): number | null {
  const operation = getOperationAST(document, operationName)
  if (operation == null) return null
  const fragments = document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION)
  try {
    const { complexity } = complexityFromQuery(
      { kind: Kind.DOCUMENT, definitions: [operation, ...fragments] },
      { schema, ctx: contextValue as object, variables: { ...variableValues } },
    )
    return complexity
  } catch (error) {
    if (error instanceof GraphQLError) return null
    throw error
  }
}

function dependsOnVariables(document: DocumentNode): boolean {
  let found = false
  visit(document, {
    Argument({ name, value }) {
      if (!COST_ARGUMENTS.has(name.value)) return
      visit(value, {
        Variable() {
          found = true
        },
      })
    },
  })
  return found
}
