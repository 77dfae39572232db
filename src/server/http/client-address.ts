import type { IncomingMessage } from 'node:http'
import { isIPv6 } from 'node:net'

/**
 * Who sent the request, as far as its address tells: that of the connection, or what the outermost of so many trusted
 * proxies says of it in X-Forwarded-For. Whoever has one IPv6 address has 2^64 of them, so those count as one.
 */
export function clientAddress({ headers, socket }: IncomingMessage, trustedProxies: number): string {
  const forwarded = trustedProxies === 0 ? undefined : headers['x-forwarded-for']?.toString()
  const named = forwarded?.split(',').at(-trustedProxies)?.trim()
  const address = named ?? socket.remoteAddress ?? ''
  return address.includes(':') && isIPv6(address) && !address.startsWith('::ffff:') ? networkOf(address) : address
}

/** The first 64 bits, written one way only. */
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
