/** Sent again with the same value, a mutation answers as it did the first time. */
export function newRequestId(): string {
  return crypto.randomUUID()
}
