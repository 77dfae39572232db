import fc from 'fast-check'
import { expect, it } from 'vitest'
import { canonicalJson } from '../../src/event-log/canonical-json.js'
import { sameJson } from '../../src/event-log/same-json.js'

it('values are the same exactly if their canonical texts are', () => {
  const one = fc.jsonValue({ maxDepth: 3 })
  fc.assert(
    fc.property(one, one, (a, b) => {
      expect(sameJson(a, b)).toBe(canonicalJson(a) === canonicalJson(b))
      expect(sameJson(a, JSON.parse(JSON.stringify(a)))).toBe(true)
    }),
  )
})

it.each([
  [{ a: 1, b: [2, { c: null }] }, { b: [2, { c: null }], a: 1 }, true],
  [{ a: 1 }, { a: 1, b: undefined }, false],
  [{ a: undefined }, { b: 1 }, false],
  [[1, 2], [1, 2, 3], false],
  [[], {}, false],
  [{}, [], false],
  [null, {}, false],
  [{}, null, false],
  ['1', 1, false],
])('%j and %j: %j', (one, other, same) => {
  expect(sameJson(one, other)).toBe(same)
})
