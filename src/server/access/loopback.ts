import { isIPv4 } from 'node:net'

/** Whether a server bound to this HOST is out of the network's reach. A name other than localhost may lead anywhere. */
export function isLoopbackBind(host: string): boolean {
  return host === 'localhost' || isLoopbackAddress(host)
}

/** Of a socket: IPv4's loopback may come in IPv6's clothes. */
function isLoopbackAddress(address: string | undefined): boolean {
  if (address === undefined) return false
  const plain = address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address
  return plain === '::1' || (isIPv4(plain) && plain.startsWith('127.'))
}
