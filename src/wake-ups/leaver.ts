/**
 * A caller that may leave while it waits. An abort signal would take a kilobyte for each of thousands of waiting
 * daemons.
 */
export interface Leaver {
  /** Calls `hear` when the caller leaves, or at once if it has left. Call the returned function to stop listening. */
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
