import type { ReactNode } from 'react'

/** Placeholder rows with the height of the expected ones. */
export function Skeleton({ rows }: { rows: number }): ReactNode {
  return (
    <div className="skeleton" role="status" aria-label="Loading">
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className="skeleton-row" aria-hidden="true">
          <span />
        </div>
      ))}
    </div>
  )
}
