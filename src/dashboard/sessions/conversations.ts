import { useInfiniteQuery } from '@tanstack/react-query'
import { useEffect, useMemo } from 'react'
import type { Result } from '../api/request.js'
import { request } from '../api/request.js'

type ChatNode = Result<'ChatSessions'>['chatSessions']['nodes'][number]
type NewestTask = Pick<ChatNode['tasks']['nodes'][number], 'status' | 'runtime' | 'resume'>
type IssueNode = Result<'IssueTasks'>['tasks']['nodes'][number]

/** A row of the list: a chat session, or all work of one agent on one issue. */
export interface ConversationRow {
  id: string
  title: string
  issueKey: string | null
  archived: boolean
  agent: ChatNode['agent']
  lastActivityAt: string
  newestTask: NewestTask | null
  /** What the newest claim was told. */
  decision: NewestTask['resume']
  /** Where its newest task runs; before the first one, its agent's. */
  runtime: NewestTask['runtime']
}

/** Pages of 50 that are read by themselves; beyond them a person is asked, who may not want to wait. */
const PAGES_BY_THEMSELVES = 6

export interface Conversations {
  rows: ConversationRow[]
  /** More conversations exist than were read. */
  more: boolean
  loading: boolean
  error: unknown
  readMore: () => void
  again: () => void
}

/** All conversations, newest activity first. Chat sessions have a list; issue threads are found by their tasks. */
export function useConversations(): Conversations {
  const chats = useInfiniteQuery({
    queryKey: ['ChatSessions', 'pages'],
    queryFn: ({ pageParam }) => request('ChatSessions', { after: pageParam }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ chatSessions: { pageInfo } }) => (pageInfo.hasNextPage ? pageInfo.endCursor : undefined),
  })
  const issues = useInfiniteQuery({
    queryKey: ['IssueTasks', 'pages'],
    queryFn: ({ pageParam }) => request('IssueTasks', { after: pageParam }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ tasks: { pageInfo } }) => (pageInfo.hasNextPage ? pageInfo.endCursor : undefined),
  })
  useReadOn(chats)
  useReadOn(issues)

  const rows = useMemo(() => {
    const chatRows = chats.data?.pages.flatMap((page) => page.chatSessions.nodes.map(rowOfChat)) ?? []
    const threads = new Map<string, ConversationRow>()
    for (const task of issues.data?.pages.flatMap((page) => page.tasks.nodes) ?? []) {
      // The newest task comes first and speaks for its thread; the newest claim may be an earlier task's.
      const known = threads.get(task.conversation.id)
      if (known === undefined) threads.set(task.conversation.id, rowOfIssue(task))
      else known.decision ??= task.resume
    }
    return [...chatRows, ...threads.values()].toSorted((a, b) => b.lastActivityAt.localeCompare(a.lastActivityAt))
  }, [chats.data, issues.data])

  return {
    rows,
    more: chats.hasNextPage || issues.hasNextPage,
    loading: chats.isPending || issues.isPending,
    error: chats.error ?? issues.error,
    readMore: () => {
      for (const list of [chats, issues]) if (list.hasNextPage) list.fetchNextPage().catch(() => undefined)
    },
    again: () => {
      for (const list of [chats, issues]) list.refetch().catch(() => undefined)
    },
  }
}

interface Pages {
  data: { pages: unknown[] } | undefined
  hasNextPage: boolean
  isFetching: boolean
  fetchNextPage: () => Promise<unknown>
}

function useReadOn({ data, hasNextPage, isFetching, fetchNextPage }: Pages): void {
  const pages = data?.pages.length ?? 0
  useEffect(() => {
    if (!hasNextPage || isFetching || pages >= PAGES_BY_THEMSELVES) return
    fetchNextPage().catch(() => undefined)
  }, [hasNextPage, isFetching, pages, fetchNextPage])
}

function rowOfChat({ id, title, status, agent, lastActivityAt, tasks, claimed }: ChatNode): ConversationRow {
  const newestTask = tasks.nodes[0] ?? null
  return {
    ...{ id, title, issueKey: null, archived: status === 'ARCHIVED', agent, lastActivityAt, newestTask },
    decision: claimed.nodes[0]?.resume ?? null,
    runtime: newestTask?.runtime ?? agent.runtime,
  }
}

function rowOfIssue(task: IssueNode): ConversationRow {
  const { conversation, issueKey, title } = task
  return {
    id: conversation.id,
    title: title ?? issueKey ?? 'An issue',
    issueKey,
    archived: false,
    agent: conversation.agent,
    lastActivityAt: 'lastActivityAt' in conversation ? conversation.lastActivityAt : task.createdAt,
    newestTask: task,
    decision: task.resume,
    runtime: task.runtime,
  }
}
