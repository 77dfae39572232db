import type { ReactNode } from 'react'
import { isDenied, wordsOfReason } from '../words/reason-words.js'
import type { Tone } from '../words/reason-words.js'

const GLYPHS: Readonly<Record<Tone, string>> = {
  resumed: '↻',
  plain: '○',
  elsewhere: '⇄',
  broken: '✕',
  chosen: '◇',
}

export function ReasonChip({ reason }: { reason: string }): ReactNode {
  const { tone, label, because } = wordsOfReason(reason)
  return (
    <span className={`chip tone-${tone}`} title={because}>
      <span aria-hidden="true">{GLYPHS[tone]}</span> {label}
    </span>
  )
}

/** Three looks: RESUME, FRESH with nothing lost, and FRESH with a session denied. */
export function OutcomeChip({ outcome, reason }: { outcome: string; reason: string }): ReactNode {
  const look = outcome === 'RESUME' ? 'resume' : isDenied(outcome, reason) ? 'denied' : 'fresh'
  return <span className={`chip outcome-${look}`}>{outcome}</span>
}

export function StatusChip({ status }: { status: string }): ReactNode {
  const { glyph, label } = STATUSES[status] ?? { glyph: '·', label: status.toLowerCase() }
  return (
    <span className={`status status-${status.toLowerCase()}`}>
      <span aria-hidden="true">{glyph}</span> {label}
    </span>
  )
}

const STATUSES: Readonly<Record<string, { glyph: string; label: string } | undefined>> = {
  QUEUED: { glyph: '◔', label: 'Waiting' },
  CLAIMED: { glyph: '◆', label: 'Claimed' },
  RUNNING: { glyph: '▸', label: 'Running' },
  COMPLETED: { glyph: '✓', label: 'Completed' },
  FAILED: { glyph: '✕', label: 'Failed' },
  CANCELLED: { glyph: '⊘', label: 'Cancelled' },
}

export function LiveDot({ status }: { status: 'ONLINE' | 'OFFLINE' | 'DEREGISTERED' }): ReactNode {
  return <span className={`live-dot live-dot-${status.toLowerCase()}`} role="img" aria-label={status.toLowerCase()} />
}
