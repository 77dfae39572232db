import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useRef, useState } from 'react'
import { ask } from '../api/queries.js'
import { pause, RETRY_MS } from '../api/pause.js'
import type { Result } from '../api/request.js'
import { request } from '../api/request.js'
import { subscribe } from '../api/subscribe.js'

type Page = Extract<NonNullable<Result<'Turns'>['node']>, { tasks: unknown }>['tasks']
export type Turn = Page['nodes'][number]
export type Progress = Result<'FollowProgress'>['taskProgress']

interface Turns {
  /** Oldest first. */
  turns: readonly Turn[]
  hasOlder: boolean
  readOlder: () => void
  loading: boolean
  error: unknown
  again: () => void
}

/** The turns of a conversation, from the newest back. The newest page is read again when one of its turns changes. */
export function useTurns(id: string): Turns {
  const newest = useQuery({ ...ask('Turns', { id, after: null }), meta: { watched: true } })
  const firstPage = pageOf(newest.data)
  const older = useInfiniteQuery({
    queryKey: ['OlderTurns', id],
    queryFn: async ({ pageParam }) => pageOf(await request('Turns', { id, after: pageParam })),
    initialPageParam: firstPage?.pageInfo.endCursor ?? null,
    getNextPageParam: (page) => (page?.pageInfo.hasNextPage === true ? page.pageInfo.endCursor : undefined),
    enabled: false,
    staleTime: Infinity,
  })
  // Keeps turns that newer ones push out of the newest page.
  const known = useRef(new Map<string, Turn>())
  const turns = useMemo(() => {
    const pages = [...(older.data?.pages ?? []).toReversed(), firstPage]
    for (const page of pages) for (const turn of page?.nodes.toReversed() ?? []) known.current.set(turn.id, turn)
    return [...known.current.values()].toSorted((a, b) => a.createdAt.localeCompare(b.createdAt))
  }, [firstPage, older.data])
  return {
    turns,
    hasOlder: older.data === undefined ? firstPage?.pageInfo.hasNextPage === true : older.hasNextPage,
    readOlder: () => {
      if (!older.isFetching) older.fetchNextPage().catch(() => undefined)
    },
    loading: newest.isPending,
    error: newest.error ?? older.error,
    again: () => void newest.refetch().catch(() => undefined),
  }
}

function pageOf(result: Result<'Turns'> | undefined): Page | undefined {
  const node = result?.node
  return node != null && 'tasks' in node ? node.tasks : undefined
}

/** The progress of a run so far, updated live. */
export function useProgress(taskId: string): readonly Progress[] {
  const [told, setTold] = useState<readonly Progress[]>([])
  useEffect(() => {
    const gone = new AbortController()
    follow(taskId, (entry) => setTold((before) => [...before, entry]), gone.signal).catch(() => undefined)
    return () => {
      gone.abort()
      setTold([])
    }
  }, [taskId])
  return told
}

/** Follows the run until it ends, and reconnects after broken streams. */
async function follow(taskId: string, tell: (entry: Progress) => void, gone: AbortSignal): Promise<void> {
  let after: number | null = null
  for (;;) {
    try {
      for await (const { taskProgress } of subscribe('FollowProgress', { taskId, after }, gone)) {
        after = taskProgress.seq
        tell(taskProgress)
      }
      return
    } catch {
      if (gone.aborted) return
      await pause(RETRY_MS, gone)
    }
  }
}
