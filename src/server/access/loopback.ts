import { isIPv4 } from 'node:net'

/**
 * Whether no other machine can reach a server bound to this HOST. A name other than localhost may resolve to any
 * address.
 */
export function isLoopbackBind(host: string): boolean {
  return host === 'localhost' || isLoopbackAddress(host)
}

/** An IPv4 address may be mapped into IPv6. */
function isLoopbackAddress(address: string | undefined): boolean {
  if (address === undefined) return false
  const plain = address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address
  return plain === '::1' || (isIPv4(plain) && plain.startsWith('127.'))
}
