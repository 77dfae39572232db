import type { ReactNode } from 'react'
import { asApiError } from '../api/api-error.js'

/** Shown where there is no content. */
export function Notice({ title, children }: { title: string; children?: ReactNode }): ReactNode {
  return (
    <div className="notice">
      <p className="notice-title">{title}</p>
      {children}
    </div>
  )
}

const TITLES: Readonly<Record<string, string | undefined>> = {
  OFFLINE: 'No answer',
  FORBIDDEN: 'Not allowed',
  NOT_FOUND: 'Not found',
  RATE_LIMITED: 'Too many requests',
}

export function Problem({ error, again }: { error: unknown; again?: () => unknown }): ReactNode {
  const { code, message } = asApiError(error)
  return (
    <div className="notice notice-problem" role="alert">
      <p className="notice-title">{TITLES[code] ?? 'The request failed'}</p>
      <p>{message}</p>
      {again !== undefined && (
        <button type="button" className="button" onClick={again}>
          Try again
        </button>
      )}
    </div>
  )
}
