import { useMemo } from 'react'
import { useSession } from './session-context.js'

/** How many colours there are in styles/tokens.css: `--session-0` and on. */
const COLOURS = 8

/** One colour for each provider session, the same in every view and at every time. */
export function useSessionColour(): (sessionId: string | null) => string {
  const { bindings } = useSession().conversation
  // Ids of tasks sort by time: a session that comes later changes no earlier one's colour.
  const order = bindings
    .toSorted((a, b) => (a.firstTask?.id ?? '').localeCompare(b.firstTask?.id ?? ''))
    .map(({ sessionId }) => sessionId)
    .join('\n')
  return useMemo(() => {
    const places = new Map(order.split('\n').map((sessionId, place) => [sessionId, place]))
    return (sessionId) => {
      if (sessionId === null) return 'var(--session-none)'
      return `var(--session-${(places.get(sessionId) ?? hashOf(sessionId)) % COLOURS})`
    }
  }, [order])
}

/** For a session that is not among the bindings: one of another time. */
function hashOf(text: string): number {
  let hash = 0
  for (const character of text) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 9973
  return hash
}
