import { useSyncExternalStore } from 'react'

const KEY = 'baton.token'
const listeners = new Set<() => void>()
/** The token of a page that the server trusts by itself. Not kept: it ends with the server's process. */
let lent: string | null = null

export function currentToken(): string | null {
  return lent ?? localStorage.getItem(KEY)
}

export function signIn(token: string): void {
  localStorage.setItem(KEY, token)
  tell()
}

export function signOut(): void {
  localStorage.removeItem(KEY)
  lent = null
  tell()
}

/** Whether the token was lent by the server, so that there is nothing to sign out of. */
export function isLent(): boolean {
  return lent !== null
}

export function useToken(): string | null {
  return useSyncExternalStore((listener) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }, currentToken)
}

/** Embedded on loopback the server lends a token to its own page; everywhere else there is none, and a person is asked. */
export async function borrowToken(): Promise<void> {
  try {
    const response = await fetch('/session', { headers: { accept: 'application/json' } })
    if (!response.ok) return
    const { token } = (await response.json()) as { token?: unknown }
    if (typeof token !== 'string') return
    lent = token
    tell()
  } catch {
    // No answer, or none that can be read: a person is asked.
  }
}

function tell(): void {
  for (const listener of listeners) listener()
}
