import type { IncomingMessage, ServerResponse } from 'node:http'
import { createYoga } from 'graphql-yoga'
import type { YogaServerInstance } from 'graphql-yoga'
import type { Context } from '../../graphql/context.js'
import { createContext } from '../../graphql/context.js'
import { schema } from '../../graphql/schema.js'
import type { Caller } from '../../use-cases/calls/caller.js'
import type { Services } from '../../use-cases/services/services.js'
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

/** What an HTTP request passes to GraphQL. */
export interface RequestContext {
  req: IncomingMessage
  res: ServerResponse
  caller: Caller | null
  requestId: string
  /** Counts this many more requests. Throws RateLimited. */
  charge: (requests: number) => Promise<void>
}

export interface YogaOptions {
  streamsPerToken: number
  services: Services
  observation: Observation
  /** Whether a browser that opens /graphql gets GraphiQL. */
  graphiql: boolean
  onTokenRevoked: () => void
}

type Yoga = YogaServerInstance<RequestContext, Context>

/** Serves operations through Yoga's HTTP layer and past it (direct-post.ts), with the same plugins. */
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
    // Yoga logs every masked error, even a client's syntax error, and without the request id. InternalErrors logs failures.
    logging: false,
    // cross-origin.ts handles CORS. Yoga's default allows every origin, with credentials.
    cors: false,
    batching: false,
    multipart: false,
    landingPage: false,
    // read-body.ts limits the size earlier. Yoga's own limit reads the whole body first.
    maxRequestBodySize: false,
  })
  return { yoga, internalErrors }
}
