import { createHash, randomBytes } from 'node:crypto'

/** A prefix by which people and secret scanners recognise a leaked token. */
const PREFIX = 'baton_'

/** A new token's secret: 256 random bits. */
export function newSecret(): string {
  return PREFIX + randomBytes(32).toString('base64url')
}

/** The stored form of a secret: SHA-256, hex. Secrets are random, so a slow hash would add no security. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}
