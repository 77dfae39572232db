import type { ReactNode } from 'react'
import { dateTime } from '../words/time-words.js'
import { useSession } from './session-context.js'

/** Says on every view that the page shows a past time. */
export function TimeTravelBar(): ReactNode {
  const { at, setAt, history } = useSession()
  if (at === null) return null
  const place = BigInt(at)
  const last = history.events.find(({ position }) => BigInt(position) <= place)
  return (
    <p className="time-travel" role="status">
      <span>
        You are viewing the state as of{' '}
        {last === undefined ? `position ${at}` : `event ${last.version}, ${dateTime(last.occurredAt)}`}.
      </span>
      <button type="button" className="button" onClick={() => setAt(null)}>
        Back to now
      </button>
    </p>
  )
}
