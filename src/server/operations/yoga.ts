import type { IncomingMessage, ServerResponse } from 'node:http'
import { createYoga } from 'graphql-yoga'
import type { YogaServerInstance } from 'graphql-yoga'
import type { Context } from '../../graphql/context.js'
import { createContext } from '../../graphql/context.js'
import { schema } from '../../graphql/schema.js'
import type { Caller } from '../../use-cases/caller.js'
import type { Services } from '../../use-cases/services.js'
import { compiledMutations } from './compiled-mutations.js'
import { unbufferedStreams } from './event-streams.js'
import { forgetRevokedTokens } from '../access/forget-revoked-tokens.js'
import { graphiqlOptions, renderGraphiqlPage } from '../http/graphiql-page.js'
import { HttpAsker } from './http-asker.js'
import { InternalErrors } from './internal-errors.js'
import { observeOperations } from '../observing/observe-operations.js'
import type { Observation } from '../observing/observe-operations.js'
import { orderedAnswers } from './ordered-answers.js'
import { queryCost } from './query-cost.js'
import { queryLimits } from './query-limits.js'
import { streamCap } from './stream-cap.js'

/** What a request brings along into GraphQL. */
export interface RequestContext {
  req: IncomingMessage
  res: ServerResponse
  caller: Caller | null
  requestId: string
  /** Counts as so many requests more. Throws RateLimited. */
  charge: (requests: number) => Promise<void>
}

export interface YogaOptions {
  streamsPerToken: number
  services: Services
  observation: Observation
  /** Without it, a browser that opens /graphql gets no page. */
  graphiql: boolean
  onTokenRevoked: () => void
}

type Yoga = YogaServerInstance<RequestContext, Context>

/** Both ways to the API: Yoga's own HTTP layer, and around it (direct-post.ts). What surrounds an operation is the same plugins. */
export interface GraphQLServing {
  yoga: Yoga
  internalErrors: InternalErrors
}

export const GRAPHQL_PATH = '/graphql'

export function openYoga({
  services,
  observation,
  graphiql,
  onTokenRevoked,
  streamsPerToken,
}: YogaOptions): GraphQLServing {
  const internalErrors = new InternalErrors(observation.log)
  const contextOf = ({ caller, requestId, res }: RequestContext): Context =>
    createContext({ services, caller, requestId, asker: new HttpAsker(res) })
  const yoga = createYoga<RequestContext, Context>({
    schema,
    graphqlEndpoint: GRAPHQL_PATH,
    context: contextOf,
    maskedErrors: { maskError: (error) => internalErrors.mask(error) },
    plugins: [
      orderedAnswers,
      observeOperations(observation),
      queryLimits(),
      queryCost(),
      streamCap(streamsPerToken),
      internalErrors.plugin(),
      forgetRevokedTokens(onTokenRevoked),
      compiledMutations(),
      unbufferedStreams,
    ],
    graphiql: graphiql && ((_request, context) => graphiqlOptions(context.res)),
    renderGraphiQL: renderGraphiqlPage,
    // Yoga logs every masked error: a client's syntax errors too, and without the request's id. InternalErrors logs ours.
    logging: false,
    // cross-origin.ts answers for it, in front of every way in. Yoga's default lets every origin in, with credentials.
    cors: false,
    batching: false,
    multipart: false,
    landingPage: false,
    // Held to its size before it gets here (read-body.ts): Yoga's own limit reads a body to its end first.
    maxRequestBodySize: false,
  })
  return { yoga, internalErrors }
}
