import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useEffect, useMemo } from 'react'
import { ask } from '../api/queries.js'
import { request } from '../api/request.js'
import { told } from '../words/event-facts.js'
import type { Names } from '../words/event-words.js'
import type { Runtime } from './session-context.js'
import type { History } from './use-history.js'

/** Names for the ids in events: runtimes, and the messages of a chat. */
export function useNames(id: string, runtimes: readonly Runtime[], { events, messages: others }: History): Names {
  const messages = useMessages(id, events.at(-1)?.occurredAt)
  return useMemo(() => {
    const runtimeNames = new Map(runtimes.map((runtime) => [runtime.id, runtime.name]))
    return {
      runtime: (runtimeId) => (runtimeId == null ? 'an unknown runtime' : (runtimeNames.get(runtimeId) ?? runtimeId)),
      message: (event) => {
        const id = told(event, 'MessagePosted')?.messageId ?? ''
        return messages.get(id) ?? others.get(id) ?? null
      },
    }
  }, [runtimes, messages, others])
}

/** The texts of a chat's messages by id, back to `since`, the time of its oldest loaded event. */
function useMessages(id: string, since: string | undefined): ReadonlyMap<string, string> {
  const isChat = id.startsWith('chat_')
  // The newest page is read again when something happens; older pages do not change.
  const newest = useQuery({ ...ask('Messages', { id, before: null }), enabled: isChat })
  const query = useInfiniteQuery({
    queryKey: ['OlderMessages', id],
    queryFn: async ({ pageParam }) => (await request('Messages', { id, before: pageParam })).chatSession?.messages,
    initialPageParam: null as string | null,
    getNextPageParam: (page) => (page?.pageInfo.hasPreviousPage === true ? page.pageInfo.startCursor : undefined),
    enabled: isChat,
    staleTime: Infinity,
  })
  const { data, hasNextPage, isFetching, fetchNextPage } = query
  const oldest = data?.pages.at(-1)?.nodes[0]?.createdAt
  const lacks = since !== undefined && oldest !== undefined && Date.parse(since) < Date.parse(oldest)
  useEffect(() => {
    if (lacks && hasNextPage && !isFetching) fetchNextPage().catch(() => undefined)
  }, [lacks, hasNextPage, isFetching, fetchNextPage])
  return useMemo(() => {
    const pages = [...(data?.pages ?? []), newest.data?.chatSession?.messages]
    return new Map(pages.flatMap((page) => page?.nodes ?? []).map((message) => [message.id, message.content]))
  }, [data, newest.data])
}
