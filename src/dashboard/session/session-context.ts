import { createContext, use } from 'react'
import type { Result } from '../api/request.js'
import type { Names } from '../words/event-words.js'
import type { History } from './use-history.js'

export type ConversationNode = Extract<NonNullable<Result<'Session'>['node']>, { agent: unknown; bindings: unknown }>
export type Runtime = ConversationNode['agent']['runtime']
export type Binding = ConversationNode['bindings'][number]

/** The values that all views of one conversation share. */
export interface SessionContextValue {
  id: string
  conversation: ConversationNode
  history: History
  runtimes: readonly Runtime[]
  names: Names
  /** The viewed position of the log; null for now. */
  at: string | null
  setAt: (at: string | null) => void
  /** Whether the token may make changes. */
  mayChange: boolean
}

export const SessionContext = createContext<SessionContextValue | null>(null)

export function useSession(): SessionContextValue {
  const value = use(SessionContext)
  if (value === null) throw new Error('useSession needs a SessionContext around it.')
  return value
}
