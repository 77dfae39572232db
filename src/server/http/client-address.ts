import type { IncomingMessage } from 'node:http'
import { isIPv6 } from 'node:net'

/**
 * The client's address: that of the connection, or the one that the outermost trusted proxy reports in X-Forwarded-For.
 * An IPv6 client usually has 2^64 addresses, so all addresses of a /64 network count as one.
 */
export function clientAddress({ headers, socket }: IncomingMessage, trustedProxies: number): string {
  const forwarded = trustedProxies === 0 ? undefined : headers['x-forwarded-for']?.toString()
  const named = forwarded?.split(',').at(-trustedProxies)?.trim()
  const address = named ?? socket.remoteAddress ?? ''
  return address.includes(':') && isIPv6(address) && !address.startsWith('::ffff:') ? networkOf(address) : address
}

/** The first 64 bits in a normalised form. */
function networkOf(address: string): string {
  const [head = '', tail] = address.replace(/%.*$/, '').split('::')
  const start = head === '' ? [] : head.split(':')
  const end = tail === undefined || tail === '' ? [] : tail.split(':')
  const missing = tail === undefined ? 0 : Math.max(0, 8 - start.length - end.length)
  const groups = [...start, ...Array.from({ length: missing }, () => '0'), ...end]
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`
}
