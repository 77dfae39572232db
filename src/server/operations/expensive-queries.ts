import type { ExecutionArgs, ExecutionResult, GraphQLError } from 'graphql'
import { getOperationAST, OperationTypeNode } from 'graphql'
import type { Context } from '../../graphql/context.js'
import { rateLimited } from '../../graphql/errors.js'
import { Gate } from '../../use-cases/services/gate.js'
import { jsonInTurns } from './json-in-turns.js'
import { RateLimited } from '../access/rate-limits.js'

/** The cost that counts as one more request against the rate limit: 100 requests per second are 50,000 fields. */
export const COST_OF_A_REQUEST = 500
/**
 * The number of expensive queries at the same time. Two are answered no sooner, because they share the same turns, and
 * their memory adds up: beside two pages of 10,000 events, garbage collection stopped claims for up to 87 ms.
 */
const AT_ONCE = 1
/** The number of expensive queries of one token that may wait. */
const MOST_WAITING = 50

type Args = Pick<ExecutionArgs, 'document' | 'operationName' | 'contextValue'>
type Execute = () => ExecutionResult | Promise<ExecutionResult>

/** The part of the request's context that charges for a query. */
export interface Charged {
  /** @throws RateLimited */
  charge?: (requests: number) => Promise<void>
}

/**
 * Charges queries to their tokens' rates by cost. Expensive queries run one after another, and the tokens take turns.
 * Mutations and cheap queries, such as a daemon's, run at once without a charge.
 */
export class ExpensiveQueries {
  private readonly gate = new Gate(AT_ONCE, MOST_WAITING)

  async run(args: Args, cost: number, execute: Execute): Promise<ExecutionResult> {
    const context = args.contextValue as Context & Charged
    const whose = context.caller?.tokenId ?? ''
    const requests = Math.floor(cost / COST_OF_A_REQUEST)
    if (requests === 0) return this.finish(await execute(), context)
    if (this.gate.isFullFor(whose)) return refused(1)
    const refusal = await charge(context, requests)
    if (refusal !== null) return { errors: [refusal] }
    return this.gate.run(whose, async () => {
      // The client has gone.
      if (context.asker?.isGone === true) return { data: null }
      return this.finish(await execute(), context)
    })
  }

  /** Writes long answers in turns, and charges for histories once their length is known. */
  private async finish(result: ExecutionResult, context: Context & Charged): Promise<ExecutionResult> {
    const { history, pace, size } = context.loaders
    const requests = Math.floor(history.events / COST_OF_A_REQUEST)
    if (requests > 0) await charge(context, requests)
    if (pace.isLong || size.isLong) await writeInTurns(result, () => context.loaders.turn())
    return result
  }
}

export function isQuery({ document, operationName }: Args): boolean {
  return getOperationAST(document, operationName)?.operation === OperationTypeNode.QUERY
}

/** null if the token is within its limit. */
async function charge(context: Charged, requests: number): Promise<GraphQLError | null> {
  try {
    await context.charge?.(requests)
    return null
  } catch (error) {
    if (error instanceof RateLimited) return rateLimited(error.retryAfterSeconds)
    throw error
  }
}

function refused(retryAfterSeconds: number): ExecutionResult {
  return { errors: [rateLimited(retryAfterSeconds)] }
}

/** Writes the answer's JSON in turns. Yoga uses a result's own `stringify`. */
async function writeInTurns(result: ExecutionResult, turn: () => Promise<void>): Promise<void> {
  if (result.data == null) return
  const { data } = result
  const json = await jsonInTurns(data, turn)
  Object.assign(result, {
    stringify(answer: ExecutionResult): string {
      if (answer.data !== data) return JSON.stringify(answer)
      const others = JSON.stringify({ ...answer, data: undefined, stringify: undefined })
      return others === '{}' ? `{"data":${json}}` : `{"data":${json},${others.slice(1)}`
    },
  })
}
