import { useQueries } from '@tanstack/react-query'
import { useCallback, useMemo, useState } from 'react'
import { request } from '../api/request.js'
import type { SessionEvent } from '../words/event-facts.js'
import { told } from '../words/event-facts.js'

/** The largest number of events per query. */
const LENGTH = 100

export interface Stretches {
  events: ReadonlyMap<number, SessionEvent>
  /** The texts of their messages, by id. */
  messages: ReadonlyMap<string, string>
  need: (versions: readonly number[]) => void
}

interface Stretch {
  events: readonly SessionEvent[]
  messages: readonly (readonly [string, string])[]
}

const NONE: Stretch = { events: [], messages: [] }

/** Parts of a history, loaded on demand, starting with the part around `first`. */
export function useStretches(id: string, first: number | null): Stretches {
  const [wanted, setWanted] = useState<readonly number[]>(first === null ? [] : [beginningOf(first)])
  const stretches = useQueries({
    queries: wanted.map((from) => ({
      queryKey: ['EventsFrom', id, from],
      queryFn: () => readStretch(id, from),
      // Events do not change. New ones at the end arrive from the log.
      staleTime: Infinity,
    })),
    combine: (answers) => answers.map(({ data }) => data ?? NONE),
  })
  const need = useCallback((versions: readonly number[]) => {
    setWanted((before) => {
      const missing = new Set(versions.map(beginningOf))
      for (const from of before) missing.delete(from)
      return missing.size === 0 ? before : [...before, ...missing]
    })
  }, [])
  return useMemo(
    () => ({
      events: new Map(stretches.flatMap(({ events }) => events).map((event) => [event.version, event])),
      messages: new Map(stretches.flatMap(({ messages }) => messages)),
      need,
    }),
    [stretches, need],
  )
}

function beginningOf(version: number): number {
  return version - ((version - 1) % LENGTH)
}

async function readStretch(id: string, from: number): Promise<Stretch> {
  const { node } = await request('EventsFrom', { id, from })
  const events = node !== null && 'events' in node ? node.events.nodes : []
  const ids = events.flatMap((event) => told(event, 'MessagePosted')?.messageId ?? [])
  const { nodes } = ids.length === 0 ? { nodes: [] } : await request('MessagesById', { ids })
  return {
    events,
    messages: nodes.flatMap((message) =>
      message !== null && 'content' in message ? [[message.id, message.content] as const] : [],
    ),
  }
}
