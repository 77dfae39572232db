/**
 * An async generator that can be left while it waits: `return` fires the signal that `make` was given, so that whoever
 * hangs up is not kept in line until the next hint.
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

/** A stream that hears nothing for this long looks anyway. */
export const LOOK_AGAIN_MS = 60_000
