import type { ReactNode } from 'react'
import { useLiveLog } from './live-log.js'

const WORDS = {
  CONNECTING: { label: 'Connecting', title: 'Looking for the end of the log.' },
  LIVE: { label: 'Live', title: 'Events appear as they are written.' },
  POLLING: { label: 'Live', title: 'The page polls the server every two seconds.' },
  LOST: { label: 'No answer', title: 'The server does not answer. The page catches up when it does.' },
}

/** Shows how fresh the page is, and pauses it. */
export function LiveBadge(): ReactNode {
  const { liveness, paused, waiting, togglePause } = useLiveLog()
  const { label, title } = paused
    ? { label: waiting === 0 ? 'Paused' : `Paused · ${waiting} new`, title: 'Press to continue (p).' }
    : WORDS[liveness]
  return (
    <button
      type="button"
      className={`live live-${paused ? 'paused' : liveness.toLowerCase()}`}
      aria-pressed={paused}
      title={paused ? title : `${title} Press to pause (p).`}
      onClick={togglePause}
    >
      <span className="live-light" aria-hidden="true" />
      <span role="status">{label}</span>
    </button>
  )
}
