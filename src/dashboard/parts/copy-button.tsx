import { useState } from 'react'
import type { ReactNode } from 'react'

/** Shows `label`, copies `text`, and confirms it for a moment. */
export function CopyButton({ text, label, what }: { text: string; label: ReactNode; what: string }): ReactNode {
  const [copied, setCopied] = useState(false)
  const copy = (): void => {
    navigator.clipboard.writeText(text).then(
      () => {
        setCopied(true)
        setTimeout(() => setCopied(false), 1_500)
      },
      () => setCopied(false),
    )
  }
  return (
    <button type="button" className="copy" onClick={copy} title={`Copy the ${what}: ${text}`}>
      {label}
      <span className="copy-mark" aria-hidden="true">
        {copied ? '✓' : <Sheets />}
      </span>
      <span className="unseen" role="status">
        {copied ? `Copied the ${what}` : ''}
      </span>
    </button>
  )
}

function Sheets(): ReactNode {
  return (
    <svg width="12" height="12" viewBox="0 0 12 12" fill="none" stroke="currentColor">
      <rect x="3.5" y="3.5" width="7" height="7" rx="1.5" />
      <path d="M8.5 1.5h-6a1 1 0 0 0-1 1v6" />
    </svg>
  )
}
