import fc from 'fast-check'
import { expect, it } from 'vitest'
import { connectionShares, LEAST_CONNECTIONS } from '../../src/database/connection-shares.js'

it('no share is empty, and their sum is what the server may use', () => {
  fc.assert(
    fc.property(fc.integer({ min: LEAST_CONNECTIONS + 1, max: 1_000 }), fc.boolean(), (connections, counts) => {
      const { listen, writes, reads, rateLimits } = connectionShares(connections, counts)
      expect(listen + writes + reads + rateLimits).toBe(connections)
      expect(Math.min(writes, reads)).toBeGreaterThanOrEqual(1)
      expect(rateLimits > 0).toBe(counts)
    }),
  )
})

it.each([
  [3, false, { listen: 1, writes: 1, reads: 1, rateLimits: 0 }],
  [4, true, { listen: 1, writes: 1, reads: 1, rateLimits: 1 }],
  [5, false, { listen: 1, writes: 2, reads: 2, rateLimits: 0 }],
  [17, false, { listen: 1, writes: 8, reads: 8, rateLimits: 0 }],
  [17, true, { listen: 1, writes: 6, reads: 6, rateLimits: 4 }],
])('of %i, requests counted: %s', (connections, counts, shares) => {
  expect(connectionShares(connections, counts)).toEqual(shares)
})
