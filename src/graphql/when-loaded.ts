/**
 * Goes on with a value that may be there already: at once then. A resolver that is `async` answers a tick later even where
 * it has nothing to wait for, and a claim's answer has forty fields.
 */
export function whenLoaded<T, U>(value: T | Promise<T>, go: (value: T) => U): U | Promise<U> {
  return value instanceof Promise ? value.then(go) : go(value)
}
