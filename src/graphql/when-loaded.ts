/**
 * Applies `go` to a value, at once if it is not a promise. An `async` resolver would return one tick later even without
 * waiting, and the answer to a claim has forty fields.
 */
export function whenLoaded<T, U>(value: T | Promise<T>, go: (value: T) => U): U | Promise<U> {
  return value instanceof Promise ? value.then(go) : go(value)
}
