import { QueryClient, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { isFinal } from './api-error.js'
import type { Pace } from './refresh.js'
import type { OperationName, Result, Variables } from './request.js'
import { request } from './request.js'

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      // Each would refetch every query of the page at once. useRefresh refetches them in turn instead.
      refetchOnWindowFocus: false,
      refetchOnReconnect: false,
      retry: (count, error) => !isFinal(error) && count < 4,
    },
  },
})

/** The previous answer stays on the page during a refetch, so that nothing jumps. */
export function ask<Name extends OperationName>(name: Name, variables: Variables<Name>, pace?: Pace) {
  return queryOptions<Result<Name>>({
    queryKey: [name, variables],
    queryFn: () => request(name, variables),
    placeholderData: keepPreviousData,
    ...(pace && { meta: { pace } }),
  })
}
