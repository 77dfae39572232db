import { keepPreviousData, useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import type { InfiniteData, QueryClient } from '@tanstack/react-query'
import { useEffect, useMemo, useRef } from 'react'
import type { Result, Variables } from '../api/request.js'
import { request } from '../api/request.js'
import { useLogEvents } from '../shell/live-log.js'

export type Filter = NonNullable<Variables<'Conversations'>['filter']>
type Answer = Result<'Conversations'>['conversations']
type Node = Answer['nodes'][number]
/** `asOf` is the newest activity in the workspace when the page was read. */
interface Page extends Answer {
  asOf: string
}

/** A row of the list: a chat session, or all work of one agent on one issue. */
export interface ConversationRow {
  id: string
  title: string
  issueKey: string | null
  status: string
  agent: Node['agent']
  lastActivityAt: string
  /** The decision of the newest claim. */
  decision: NonNullable<Node['claimed']['nodes'][number]>['resume']
  /** The runtime of the newest task; before the first task, the agent's. */
  runtime: Node['agent']['runtime']
}

export interface Conversations {
  rows: readonly ConversationRow[]
  /** The number of conversations that match the filter; `atLeast` is true if the server stopped counting. */
  total: { count: number; atLeast: boolean } | null
  more: boolean
  loading: boolean
  error: unknown
  readMore: () => void
  again: () => void
  /** Conversations that became active since the list was read. They move to their place at the next read. */
  news: number
}

const AT_ONCE = 50

/** The matching conversations, newest activity first. Rows keep their place until the list is read again. */
export function useConversations(filter: Filter): Conversations {
  const client = useQueryClient()
  const key = useMemo(() => ['Conversations', filter], [filter])
  const list = useInfiniteQuery({
    queryKey: key,
    queryFn: async ({ pageParam }): Promise<Page> => {
      const { conversations } = await request('Conversations', { filter, after: pageParam })
      return { ...conversations, asOf: conversations.nodes[0]?.lastActivityAt ?? '' }
    },
    initialPageParam: null as string | null,
    getNextPageParam: ({ pageInfo }) => (pageInfo.hasNextPage ? pageInfo.endCursor : undefined),
    placeholderData: keepPreviousData,
  })
  const asOf = list.data?.pages[0]?.asOf
  const newest = useQuery({
    queryKey: ['NewestConversations', filter],
    queryFn: async () => {
      const { conversations } = await request('Conversations', { filter, after: null })
      patch(client, key, conversations.nodes)
      return conversations
    },
    // The list itself is fresh. An event invalidates this query (live-log.tsx).
    initialData: EMPTY,
    staleTime: Infinity,
  })
  useChanged(key, list.data)
  useReadOn(list)
  const rows = useMemo(() => uniqueRows(list.data?.pages ?? []), [list.data])
  const counted = newest.data === EMPTY ? list.data?.pages[0] : newest.data
  return {
    rows,
    total: counted === undefined ? null : { count: counted.totalCount, atLeast: counted.totalIsAtLeast },
    more: list.hasNextPage,
    loading: list.isPending || (rows.length === 0 && list.hasNextPage),
    error: list.error,
    readMore: () => {
      if (list.hasNextPage && !list.isFetching) list.fetchNextPage().catch(() => undefined)
    },
    again: () => {
      client.removeQueries({ queryKey: ['NewestConversations', filter] })
      client.resetQueries({ queryKey: key }).catch(() => undefined)
    },
    news: newest.data.nodes.filter(({ lastActivityAt }) => asOf !== undefined && lastActivityAt > asOf).length,
  }
}

interface Pages {
  data: InfiniteData<Page> | undefined
  hasNextPage: boolean
  isFetching: boolean
  fetchNextPage: () => Promise<unknown>
}

/** Reads on after an empty page: the server examines a limited number of conversations per page. */
function useReadOn({ data, hasNextPage, isFetching, fetchNextPage }: Pages): void {
  const isEmpty = data?.pages.at(-1)?.nodes.length === 0
  useEffect(() => {
    if (isEmpty && hasNextPage && !isFetching) fetchNextPage().catch(() => undefined)
  }, [isEmpty, hasNextPage, isFetching, fetchNextPage])
}

const EMPTY: Answer = {
  nodes: [],
  pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
  totalCount: 0,
  totalIsAtLeast: false,
}

/** Reads the rows again that had events, wherever they are in the list, many per query. */
function useChanged(key: readonly unknown[], data: InfiniteData<Page> | undefined): void {
  const client = useQueryClient()
  const changed = useRef(new Set<string>())
  const query = ['ChangedConversations', key]
  useQuery({
    queryKey: query,
    queryFn: async () => {
      const ids = [...changed.current].slice(0, AT_ONCE)
      const { nodes } = await request('ConversationsById', { ids })
      for (const id of ids) changed.current.delete(id)
      patch(client, key, nodes.filter(isRow))
      if (changed.current.size > 0) client.getQueryCache().find({ queryKey: query })?.invalidate()
      return null
    },
    initialData: null,
    staleTime: Infinity,
  })
  useLogEvents((events) => {
    const listed = new Set(data?.pages.flatMap(({ nodes }) => nodes.map(({ id }) => id)))
    const ids = events.map(({ conversation }) => conversation.id).filter((id) => listed.has(id))
    if (ids.length === 0) return
    for (const id of ids) changed.current.add(id)
    client.getQueryCache().find({ queryKey: query })?.invalidate()
  })
}

function isRow(node: object | null): node is Node {
  return node !== null && 'lastActivityAt' in node
}

/** Replaces listed rows with their new values. */
function patch(client: QueryClient, key: readonly unknown[], nodes: readonly Node[]): void {
  const read = new Map(nodes.map((node) => [node.id, node]))
  client.setQueryData<InfiniteData<Page>>(key, (data) => {
    if (data === undefined) return data
    const pages = data.pages.map((page) => ({ ...page, nodes: page.nodes.map((node) => read.get(node.id) ?? node) }))
    return { ...data, pages }
  })
}

/** A conversation that became active between two reads may be on both pages. */
function uniqueRows(pages: readonly Page[]): readonly ConversationRow[] {
  const nodes = new Map(pages.flatMap((page) => page.nodes.map((node) => [node.id, node])))
  return [...nodes.values()].map(rowOf)
}

/** An unchanged row keeps its object, so it is not rendered again. */
const made = new WeakMap<Node, ConversationRow>()

function rowOf(node: Node): ConversationRow {
  const before = made.get(node)
  if (before !== undefined) return before
  const row = newRowOf(node)
  made.set(node, row)
  return row
}

function newRowOf(node: Node): ConversationRow {
  const { id, title, agent, lastActivityAt, newestTask, claimed } = node
  const archived = 'status' in node && node.status === 'ARCHIVED'
  return {
    id,
    title: title ?? '',
    issueKey: 'issueKey' in node ? node.issueKey : null,
    status: archived ? 'ARCHIVED' : (newestTask?.status ?? 'NEW'),
    agent,
    lastActivityAt,
    decision: claimed.nodes[0]?.resume ?? null,
    runtime: newestTask?.runtime ?? agent.runtime,
  }
}
