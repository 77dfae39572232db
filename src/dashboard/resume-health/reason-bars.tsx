import { scaleLinear } from 'd3-scale'
import type { ReactNode } from 'react'
import type { Result } from '../api/request.js'
import { Link } from 'wouter'
import { ReasonChip } from '../parts/chips.js'
import { isDenied, wordsOfReason } from '../words/reason-words.js'

type Count = Result<'ResumeTotals'>['resumeStats']['byReason'][number]

interface Props {
  counts: readonly Count[]
  claims: number
  /** The URL of the claims with a reason. */
  claimsOf: (reason: string) => string
}

/** Fresh starts by reason, most frequent first. Each links to its claims. */
export function ReasonBars({ counts, claims, claimsOf }: Props): ReactNode {
  const fresh = counts.filter(({ reason, count }) => reason !== 'SAME_RUNTIME' && count > 0)
  const sorted = fresh.toSorted((a, b) => b.count - a.count)
  const width = scaleLinear([0, sorted[0]?.count ?? 1], [0, 100])
  if (sorted.length === 0) return <p className="muted">Every claim resumed its session.</p>
  return (
    <ul className="reason-bars">
      {sorted.map(({ reason, count }) => (
        <li key={reason} className={isDenied('FRESH', reason) ? undefined : 'not-denied'}>
          <Link href={claimsOf(reason)} title={wordsOfReason(reason).because}>
            <ReasonChip reason={reason} />
          </Link>
          <span className="reason-bar" aria-hidden="true">
            <span className={`tone-${wordsOfReason(reason).tone}`} style={{ width: `${width(count)}%` }} />
          </span>
          <span className="reason-count">
            {count.toLocaleString()} <span className="muted">{Math.round((100 * count) / claims)} %</span>
          </span>
        </li>
      ))}
    </ul>
  )
}
