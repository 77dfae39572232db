import { expect, it } from 'vitest'
import { isLoopbackBind } from '../../src/server/access/loopback.js'

it.each(['127.0.0.1', '127.8.8.8', '::1', 'localhost'])('only this machine can reach a server on %s', (host) => {
  expect(isLoopbackBind(host)).toBe(true)
})

it.each(['0.0.0.0', '::', '192.168.1.5', 'example.org', '127.0.0.1.example.org', 'localhost.example.org'])(
  'other machines can reach a server on %s',
  (host) => {
    expect(isLoopbackBind(host)).toBe(false)
  },
)
