import { useSyncExternalStore } from 'react'

/** Milliseconds since 1970. It serves only to compute ages. The log alone defines the order of events. */
function now(): number {
  return Date.now()
}

let shown = now()
const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined

function follow(listener: () => void): () => void {
  listeners.add(listener)
  timer ??= setInterval(() => {
    shown = now()
    for (const each of listeners) each()
  }, 5_000)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

/** The current time, updated every five seconds by one timer for all ages on the page. */
export function useNow(): number {
  return useSyncExternalStore(follow, () => shown)
}
