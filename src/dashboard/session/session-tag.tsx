import type { ReactNode } from 'react'
import { shortSession } from '../words/id-words.js'
import { useSessionColour } from './session-colours.js'

export function SessionTag({ sessionId }: { sessionId: string | null }): ReactNode {
  const colour = useSessionColour()
  if (sessionId === null) return <span className="session-tag none">no session</span>
  return (
    <span className="session-tag" title={`Provider session ${sessionId}`}>
      <span className="session-swatch" style={{ background: colour(sessionId) }} aria-hidden="true" />
      {shortSession(sessionId)}
    </span>
  )
}
