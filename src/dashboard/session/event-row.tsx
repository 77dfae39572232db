import { memo } from 'react'
import type { ReactNode } from 'react'
import { OutcomeChip, ReasonChip } from '../parts/chips.js'
import { claimOf, sessionOf } from '../words/event-facts.js'
import type { SessionEvent } from '../words/event-facts.js'
import { wordsOfEvent } from '../words/event-words.js'
import { shortId } from '../words/id-words.js'
import { dateTime, dayOf, timeOfDay } from '../words/time-words.js'
import { EventDetail } from './event-detail.js'
import { isDeniedClaim } from './event-filters.js'
import { useSession } from './session-context.js'
import { SessionTag } from './session-tag.js'

interface Props {
  event: SessionEvent
  /** true on the first row of a day, which shows the date. */
  day: boolean
  open: boolean
  current: boolean
  /** true if the event happened after the viewed time. */
  later: boolean
  toggle: () => void
}

export const EventRow = memo(function EventRow({ event, day, open, current, later, toggle }: Props): ReactNode {
  const { names } = useSession()
  const { glyph, mood, text } = wordsOfEvent(event, names)
  const claim = claimOf(event)
  const session = sessionOf(event)
  const denied = isDeniedClaim(event)
  const look = [
    'event',
    `mood-${mood}`,
    denied && 'denied',
    open && 'open',
    current && 'current',
    later && 'later',
  ].filter((name) => name !== false)
  return (
    <>
      {day && <p className="event-day">{dayOf(event.occurredAt)}</p>}
      <article className={look.join(' ')}>
        <button type="button" className="event-line" data-version={event.version} aria-expanded={open} onClick={toggle}>
          <time className="event-time" dateTime={event.occurredAt} title={dateTime(event.occurredAt)}>
            {timeOfDay(event.occurredAt)}
          </time>
          <span className="event-glyph" aria-hidden="true">
            {glyph}
          </span>
          <span className="event-text">
            <span className="event-words">{text}</span>
            {claim !== null && (
              <span className="event-chips">
                <OutcomeChip outcome={claim.outcome} reason={claim.reason} />
                <ReasonChip reason={claim.reason} />
                {claim.continuityGap && (
                  <span className="chip gap-chip" title="The run does not know every turn of this conversation">
                    gap
                  </span>
                )}
              </span>
            )}
          </span>
          <span className="event-session">{session !== null && <SessionTag sessionId={session} />}</span>
          <span className="event-task">{event.task !== null && `task ${shortId(event.task.id)}`}</span>
          <span className="event-version">{event.version}</span>
        </button>
        {open && <EventDetail event={event} />}
      </article>
    </>
  )
})

/** A placeholder for a row that is being loaded. */
export function PendingRow(): ReactNode {
  return (
    <div className="event pending">
      <span className="unseen">Loading</span>
    </div>
  )
}
