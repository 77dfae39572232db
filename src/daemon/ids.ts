import { randomUUID } from 'node:crypto'

/** Names one logical request, so that it can be sent again when its answer was lost. */
export function newRequestId(): string {
  return randomUUID()
}

/** 0 up to 1. Spreads the retries of many daemons, so that they do not meet a returning server all at once. */
export function randomFraction(): number {
  return Math.random()
}
