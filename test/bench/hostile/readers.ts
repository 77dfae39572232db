import type { ReaderOrder } from '../load/reader-process.js'
import type { Talk } from '../history/talk.js'

/** What a reader asks for who wants to cost as much as he can. */
export interface HostileReader {
  name: string
  order: Pick<ReaderOrder, 'bodies' | 'streams'>
}

const ALIASES = Array.from({ length: 16 }, (_, n) => n)
/** Different texts: nothing that is kept by a query's text helps. */
const TEXTS = 20

const bodiesOf = (make: (n: number) => string): string[] =>
  Array.from({ length: TEXTS }, (_, n) => JSON.stringify({ query: make(n) }))

export function hostileReaders({ id, middlePosition }: Talk, newest: number): HostileReader[] {
  const from = Number(middlePosition)
  const aliases = bodiesOf((n) => {
    const fields = ALIASES.map((k) => `a${k}: pointer(at: "${from + n * 16 + k}") { sessionId position }`)
    return `{ chatSession(id: "${id}") { ${fields.join(' ')} } }`
  })
  const searches = bodiesOf((n) => {
    const fields = ALIASES.map(
      (k) => `a${k}: chatSessions(first: 20, filter: { search: "no such ${n} ${k}" }) { nodes { id title status } }`,
    )
    return `{ ${fields.join(' ')} }`
  })
  const pages = bodiesOf((n) => {
    const after = (k: number) => Math.max(0, newest - 1_000 * (k + 1) - n)
    const fields = ALIASES.slice(0, 10).map(
      (k) => `a${k}: sessionEvents(first: 1000, after: "${after(k)}") { position type occurredAt data }`,
    )
    return `{ ${fields.join(' ')} }`
  })
  return [
    { name: 'aliases of 16 into the past', order: { bodies: aliases, streams: 0 } },
    { name: 'aliases of 16 that search', order: { bodies: searches, streams: 0 } },
    { name: 'pages of 10,000 events', order: { bodies: pages, streams: 0 } },
    { name: '1,000 streams', order: { bodies: [], streams: 1_000 } },
    {
      name: 'all of it',
      order: { bodies: [...aliases, ...searches, ...pages].toSorted(byEnd), streams: 1_000 },
    },
  ]
}

/** Mixed, the same way each time. */
function byEnd(one: string, other: string): number {
  const ends = [one, other].map((text) => text.slice(0, -20).split('').toReversed().join('')) as [string, string]
  return ends[0] < ends[1] ? -1 : 1
}
