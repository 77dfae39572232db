import { useMemo } from 'react'
import { useSession } from './session-context.js'

/** The number of colours in styles/tokens.css, from `--session-0` on. */
const COLOURS = 8

/** One colour per provider session, the same in every view and at every time. */
export function useSessionColour(): (sessionId: string | null) => string {
  const { bindings } = useSession().conversation
  // Task ids sort by time, so a later session does not change the colour of an earlier one.
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

/** Chooses a colour for a session outside the current bindings. */
function hashOf(text: string): number {
  let hash = 0
  for (const character of text) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 9973
  return hash
}
