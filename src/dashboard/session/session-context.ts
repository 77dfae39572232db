import { createContext, use } from 'react'
import type { Result } from '../api/request.js'
import type { Names } from '../words/event-words.js'
import type { History } from './use-history.js'

export type ConversationNode = Extract<NonNullable<Result<'Session'>['node']>, { agent: unknown; bindings: unknown }>
export type Runtime = ConversationNode['agent']['runtime']
export type Binding = ConversationNode['bindings'][number]

/** What all views of one conversation need to know. */
export interface SessionContextValue {
  id: string
  conversation: ConversationNode
  history: History
  runtimes: readonly Runtime[]
  names: Names
  /** A position of the log to look back from; null is now. */
  at: string | null
  setAt: (at: string | null) => void
  /** Whether the token may change things. */
  mayChange: boolean
}

export const SessionContext = createContext<SessionContextValue | null>(null)

export function useSession(): SessionContextValue {
  const value = use(SessionContext)
  if (value === null) throw new Error('This is shown within a session only.')
  return value
}
