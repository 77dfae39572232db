import type { ReactNode } from 'react'

export function LaneLegend(): ReactNode {
  return (
    <ul className="lane-legend" aria-label="Legend">
      <li>
        <i className="key-wait" /> waiting
      </li>
      <li>
        <i className="key-claimed" /> claimed
      </li>
      <li>
        <i className="key-run" /> running, in its session’s colour
      </li>
      <li>
        <b>✓</b> completed <b>✕</b> failed <b>⊘</b> cancelled
      </li>
      <li>
        <i className="key-resumed" /> session resumed
      </li>
      <li>
        <i className="key-denied" /> session denied, with the reason
      </li>
      <li>
        <i className="key-fold" /> idle time, folded
      </li>
    </ul>
  )
}
