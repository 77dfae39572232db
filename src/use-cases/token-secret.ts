import { createHash, randomBytes } from 'node:crypto'

/** So that a leaked one is recognised, by people and by secret scanners. */
const PREFIX = 'baton_'

/** A new token's secret: 256 random bits. */
export function newSecret(): string {
  return PREFIX + randomBytes(32).toString('base64url')
}

/** What is stored of a secret: SHA-256, hex. Secrets are random, so there is nothing for a slow hash to slow down. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}
