import { randomUUID } from 'node:crypto'

/** The id of one logical request, so that it can be repeated when its answer is lost. */
export function newRequestId(): string {
  return randomUUID()
}

/** From 0 up to 1. It spreads the retries of many daemons, so that they do not all reach a returning server at once. */
export function randomFraction(): number {
  return Math.random()
}
