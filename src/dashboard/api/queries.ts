import { QueryClient, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { isFinal } from './api-error.js'
import type { Pace } from './refresh.js'
import type { OperationName, Result, Variables } from './request.js'
import { request } from './request.js'

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      // All of a page at once, each time. What is shown is asked for again in turn (useRefresh).
      refetchOnWindowFocus: false,
      refetchOnReconnect: false,
      retry: (count, error) => !isFinal(error) && count < 4,
    },
  },
})

/** The answer stays on the page while the next one is under way, so that nothing jumps. */
export function ask<Name extends OperationName>(name: Name, variables: Variables<Name>, pace?: Pace) {
  return queryOptions<Result<Name>>({
    queryKey: [name, variables],
    queryFn: () => request(name, variables),
    placeholderData: keepPreviousData,
    ...(pace && { meta: { pace } }),
  })
}
