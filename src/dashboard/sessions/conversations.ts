import { keepPreviousData, useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import type { InfiniteData, QueryClient } from '@tanstack/react-query'
import { useEffect, useMemo, useRef } from 'react'
import type { Result, Variables } from '../api/request.js'
import { request } from '../api/request.js'
import { useLogEvents } from '../shell/live-log.js'

export type Filter = NonNullable<Variables<'Conversations'>['filter']>
type Answer = Result<'Conversations'>['conversations']
type Node = Answer['nodes'][number]
/** `asOf`: the newest activity of all when the page was read. */
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
  /** What the newest claim was told. */
  decision: NonNullable<Node['claimed']['nodes'][number]>['resume']
  /** Where its newest task runs; before the first one, its agent's. */
  runtime: Node['agent']['runtime']
}

export interface Conversations {
  rows: readonly ConversationRow[]
  /** Of all that the filter takes in; `atLeast` where the server stopped counting. */
  total: { count: number; atLeast: boolean } | null
  more: boolean
  loading: boolean
  error: unknown
  readMore: () => void
  again: () => void
  /** Conversations that were active since the list was read; they show at their place once it is read again. */
  news: number
}

const AT_ONCE = 50

/** The conversations that pass, newest activity first. Rows stay at their place while the page is looked at. */
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
    // The list itself has just been read. An event marks this (live-log.tsx).
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

/** A page may be empty with more to come: the server looks at so many conversations at once. */
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

/** Asks for rows of the list that something happened to, whatever their place, many at once. */
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

/** Puts what was read again in the place of what is listed. */
function patch(client: QueryClient, key: readonly unknown[], nodes: readonly Node[]): void {
  const read = new Map(nodes.map((node) => [node.id, node]))
  client.setQueryData<InfiniteData<Page>>(key, (data) => {
    if (data === undefined) return data
    const pages = data.pages.map((page) => ({ ...page, nodes: page.nodes.map((node) => read.get(node.id) ?? node) }))
    return { ...data, pages }
  })
}

/** What was active while pages were read may be on two of them. */
function uniqueRows(pages: readonly Page[]): readonly ConversationRow[] {
  const nodes = new Map(pages.flatMap((page) => page.nodes.map((node) => [node.id, node])))
  return [...nodes.values()].map(rowOf)
}

/** A row that was not read again is the same object, and is not drawn again. */
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
