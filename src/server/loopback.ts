import { isIPv4 } from 'node:net'

const LOCAL_NAMES: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

/** Whether a server bound to this HOST is out of the network's reach. A name other than localhost may lead anywhere. */
export function isLoopbackBind(host: string): boolean {
  return host === 'localhost' || isLoopbackAddress(host)
}

/** Of a socket: IPv4's loopback may come in IPv6's clothes. */
export function isLoopbackAddress(address: string | undefined): boolean {
  if (address === undefined) return false
  const plain = address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address
  return plain === '::1' || (isIPv4(plain) && plain.startsWith('127.'))
}

/**
 * Whether a Host header names this machine and nothing else. A page of elsewhere whose name was made to lead to
 * 127.0.0.1 (DNS rebinding) sends its own name here.
 */
export function isLocalHostHeader(host: string | undefined): boolean {
  return host !== undefined && LOCAL_NAMES.has(host.toLowerCase().replace(/:\d{1,5}$/, ''))
}
