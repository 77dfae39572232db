/** Somebody who may leave while he waits. Not an abort signal: each takes a kilobyte, and thousands of daemons wait at once. */
export interface Leaver {
  /** Calls `hear` when he leaves, or at once where he has left already. Returns what stops the listening. */
  onLeave(hear: () => void): () => void
}

/** Leaves when the signal fires. */
export function leaverBy(signal: AbortSignal): Leaver {
  return {
    onLeave(hear) {
      if (signal.aborted) hear()
      else signal.addEventListener('abort', hear, { once: true })
      return () => signal.removeEventListener('abort', hear)
    },
  }
}
