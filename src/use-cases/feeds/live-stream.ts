/**
 * An async generator that can be left while it waits: `return` aborts the signal that `make` gets, so that a disconnected
 * client is dropped before the next hint.
 */
export function liveStream<T>(make: (signal: AbortSignal) => AsyncGenerator<T, void>): AsyncIterableIterator<T> {
  const left = new AbortController()
  const generator = make(left.signal)
  const stream: AsyncIterableIterator<T> = {
    next: () => generator.next(),
    async return() {
      left.abort()
      return generator.return()
    },
    [Symbol.asyncIterator]: () => stream,
  }
  return stream
}

/** A stream without a hint for this long checks anyway. */
export const LOOK_AGAIN_MS = 60_000
