import { expect, it } from 'vitest'
import { ownersOfConnection } from '../../src/server/peer-user.js'

/** As /proc/net/tcp lists them. 0FA0 is port 4000, C350 port 50000. */
const table = (...rows: string[]): string =>
  `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n${rows.join('\n')}\n`
const row = (local: string, remote: string, user: number, inode: number): string =>
  `   1: ${local} ${remote} 01 00000000:00000000 00:00000000 00000000  ${user}        0 ${inode} 1 0000000000000000 20 4 0 10 -1`

const CLIENT = '0100007F:C350'
const SERVER = '0100007F:0FA0'

it('the owner of a connection is the one of its client’s end', () => {
  const both = table(row(SERVER, CLIENT, 1000, 11), row(CLIENT, SERVER, 1001, 12))
  expect(ownersOfConnection(both, 50_000, 4000)).toEqual([1001])
})

it('connections of several addresses with the same ports all count', () => {
  const two = table(row('0200007F:C350', SERVER, 0, 12), row(CLIENT, SERVER, 1001, 13))
  expect(ownersOfConnection(two, 50_000, 4000)).toEqual([0, 1001])
})

it('a closed connection, which is listed as root’s, speaks for nobody', () => {
  expect(ownersOfConnection(table(row(CLIENT, SERVER, 0, 0)), 50_000, 4000)).toEqual([])
})

it('other connections are nobody’s business', () => {
  const others = table(row(CLIENT, '0100007F:1F90', 1001, 12), row('0100007F:C351', SERVER, 1001, 13))
  expect(ownersOfConnection(others, 50_000, 4000)).toEqual([])
})

it('addresses of IPv6 are read as well', () => {
  const six = table(row('00000000000000000000000001000000:C350', '00000000000000000000000001000000:0FA0', 1001, 12))
  expect(ownersOfConnection(six, 50_000, 4000)).toEqual([1001])
})
