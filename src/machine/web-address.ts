/**
 * The address of a server. `localhost:4000` is refused, because URL takes it for a scheme of that name.
 *
 * @throws Error with a sentence for whoever named the address.
 */
export function webAddress(text: string): URL {
  const address = URL.canParse(text) ? new URL(text) : null
  if (address !== null && ['http:', 'https:'].includes(address.protocol)) return address
  throw new Error('The address must begin with http:// or https://, such as http://127.0.0.1:4000.')
}
