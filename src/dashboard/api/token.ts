import { useSyncExternalStore } from 'react'

const KEY = 'baton.token'
const listeners = new Set<() => void>()

export function currentToken(): string | null {
  return localStorage.getItem(KEY)
}

export function signIn(token: string): void {
  localStorage.setItem(KEY, token)
  tell()
}

export function signOut(): void {
  localStorage.removeItem(KEY)
  tell()
}

export function useToken(): string | null {
  return useSyncExternalStore((listener) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }, currentToken)
}

/**
 * Signs in with the one-time code in the page's address, if there is one. Returns null, or why it failed. The code is first
 * removed from the address, because it can be used only once and must not stay in the history.
 */
export async function redeemCode(): Promise<string | null> {
  const code = new URLSearchParams(location.hash.slice(1)).get('code')
  if (code === null) return null
  history.replaceState(history.state, '', location.pathname + location.search)
  try {
    const response = await fetch('/session', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ code }),
    })
    const { token, error } = (await response.json()) as { token?: unknown; error?: unknown }
    if (typeof token === 'string') signIn(token)
    else return typeof error === 'string' ? error : FAILED
    return null
  } catch {
    return FAILED
  }
}

const FAILED =
  'The server did not answer. Run baton open (npm run open in a checkout), and open the address that it prints.'

function tell(): void {
  for (const listener of listeners) listener()
}
