import SchemaBuilder, { BasePlugin } from '@pothos/core'
import type { PothosOutputFieldConfig, SchemaTypes } from '@pothos/core'
import type { GraphQLFieldResolver } from 'graphql'
import { tokenEnded } from '../use-cases/calls/outcome.js'
import type { TokenHold } from '../use-cases/services/token-watch.js'
import { callerOf } from './context.js'
import type { Context } from './context.js'
import { refusalError } from './errors.js'

declare global {
  // Pothos learns of a plugin by this declaration.
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      subscription: SubscriptionPlugin<Types>
    }
  }
}

/**
 * Ends every stream with UNAUTHENTICATED when its token ends, whether or not it is idle. A subscription field needs no
 * code for this, but its stream must end when `return` is called (use-cases/feeds/live-stream.ts).
 */
class SubscriptionPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override wrapSubscribe(
    subscriber: GraphQLFieldResolver<unknown, Types['Context'], object> | undefined,
    { parentType }: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> | undefined {
    if (subscriber === undefined || parentType !== 'Subscription') return subscriber
    return async (parent, args, context, info) => {
      const stream = (await subscriber(parent, args, context, info)) as AsyncIterable<unknown>
      const caller = callerOf(context as Context)
      return whileTokenHolds(stream, (context as Context).services.tokens.hold(caller))
    }
  }
}

/** The same stream, until its token ends. Not a generator, because the token may end while `next` is pending. */
function whileTokenHolds<T>(stream: AsyncIterable<T>, token: TokenHold): AsyncIterableIterator<T> {
  const iterator = stream[Symbol.asyncIterator]()
  const over: IteratorResult<T> = { done: true, value: undefined }
  let ended = false
  const end = (): void => {
    ended = true
    token.release()
  }
  return {
    next() {
      if (ended) return Promise.resolve(over)
      return new Promise((resolve, reject) => {
        const refuse = (): void => {
          end()
          // Not awaited: the stream may be waiting for the database.
          iterator.return?.().catch(() => undefined)
          reject(refusalError(tokenEnded.refusal))
        }
        if (token.ended) return refuse()
        const stop = token.onLeave(refuse)
        iterator.next().then(
          (step) => {
            stop()
            if (step.done === true) end()
            resolve(step)
          },
          (error: Error) => {
            stop()
            end()
            reject(error)
          },
        )
      })
    },
    async return() {
      end()
      return (await iterator.return?.()) ?? over
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

SchemaBuilder.registerPlugin('subscription', SubscriptionPlugin)
