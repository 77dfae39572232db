/** A mutation that is repeated with the same value gets its first answer. */
export function newRequestId(): string {
  return crypto.randomUUID()
}
