import type { ExecutionArgs, ExecutionResult, GraphQLError } from 'graphql'
import { getOperationAST, OperationTypeNode } from 'graphql'
import type { Context } from '../../graphql/context.js'
import { rateLimited } from '../../graphql/errors.js'
import { Gate } from '../../use-cases/gate.js'
import { jsonInTurns } from './json-in-turns.js'
import { RateLimited } from '../access/rate-limits.js'

/** So much cost counts as one request more against the rate limit: 100 requests a second are 50,000 fields. */
export const COST_OF_A_REQUEST = 500
/**
 * Queries that cost more than that and are carried out at once. Two are answered no sooner, since both are made in the same
 * turns, and what they hold in memory adds up: beside two pages of 10,000 events, collecting it stopped claims for up to 87 ms.
 */
const AT_ONCE = 1
/** Those of one token that wait for it. */
const MOST_WAITING = 50

type Args = Pick<ExecutionArgs, 'document' | 'operationName' | 'contextValue'>
type Execute = () => ExecutionResult | Promise<ExecutionResult>

/** What a request brings along for it. */
export interface Charged {
  /** @throws RateLimited */
  charge?: (requests: number) => Promise<void>
}

/**
 * What queries cost is charged to their tokens. Expensive ones are carried out one after another, those of each token in its
 * turn. Mutations and what costs as much as a daemon's calls pass at once, at no cost.
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
      // Nobody is there any more to read it.
      if (context.asker?.isGone === true) return { data: null }
      return this.finish(await execute(), context)
    })
  }

  /** Long answers are written in turns. Histories are charged once it is known how long they are. */
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

/** null: within its limit. */
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

/** Yoga asks the result itself for its text, where it has a way to. */
async function writeInTurns(result: ExecutionResult, turn: () => Promise<void>): Promise<void> {
  if (result.data == null) return
  const { data } = result
  const json = await jsonInTurns(data, turn)
  Object.assign(result, {
    stringify(told: ExecutionResult): string {
      if (told.data !== data) return JSON.stringify(told)
      const others = JSON.stringify({ ...told, data: undefined, stringify: undefined })
      return others === '{}' ? `{"data":${json}}` : `{"data":${json},${others.slice(1)}`
    },
  })
}
