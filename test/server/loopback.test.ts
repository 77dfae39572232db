import { expect, it } from 'vitest'
import { isLocalHostHeader, isLoopbackAddress, isLoopbackBind } from '../../src/server/loopback.js'

it.each(['127.0.0.1', '127.8.8.8', '::1', 'localhost'])('a server bound to %s is this machine’s own', (host) => {
  expect(isLoopbackBind(host)).toBe(true)
})

it.each(['0.0.0.0', '::', '192.168.1.5', 'example.org', '127.0.0.1.example.org', 'localhost.example.org'])(
  'a server bound to %s is not',
  (host) => {
    expect(isLoopbackBind(host)).toBe(false)
  },
)

it.each(['127.0.0.1', '::1', '::ffff:127.0.0.1'])('%s is an address of this machine', (address) => {
  expect(isLoopbackAddress(address)).toBe(true)
})

it.each([undefined, '10.0.0.1', '::ffff:10.0.0.1', '2001:db8::1'])('%s is not', (address) => {
  expect(isLoopbackAddress(address)).toBe(false)
})

it.each(['localhost', 'LOCALHOST:4000', '127.0.0.1:4000', '[::1]:80', '[::1]'])('%s is a local Host header', (host) => {
  expect(isLocalHostHeader(host)).toBe(true)
})

it.each([
  undefined,
  '',
  'evil.example',
  'localhost.evil.example:4000',
  '127.0.0.1.evil.example',
  'evil.example:127.0.0.1',
  'localhost:4000:80',
])('%s is not', (host) => {
  expect(isLocalHostHeader(host)).toBe(false)
})
