import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson } from '../../src/event-log/canonical-json.js'
import { chainDigest, NO_DIGEST } from '../../src/event-log/digest.js'

/** What it promises, in the shortest words: stored digests were made of this text. */
function plainly(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}

const text = fc.string({ unit: 'binary' })
const key = fc.oneof(text, fc.constantFrom('0', '9', '10', '010', '4294967294', '4294967295', 'a', 'B', '__proto__'))
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.oneof(text, fc.double(), fc.integer(), fc.boolean(), fc.constantFrom(null, undefined, -0, Number.NaN)),
    fc.date({ noInvalidDate: true }),
    fc.array(tie('value')),
    fc.array(fc.tuple(key, tie('value'))).map((entries) => Object.fromEntries(entries)),
  ),
}))

describe('canonical JSON', () => {
  it('is JSON.stringify with the keys of every object in order', () => {
    fc.assert(
      fc.property(value, (any) => {
        fc.pre(any !== undefined)
        expect(canonicalJson(any)).toBe(plainly(any))
      }),
      { numRuns: 2000 },
    )
  })

  it('is the same for the same keys in any order, also for many keys', () => {
    const entries = Array.from({ length: 60 }, (_, n) => [`key ${(n * 37) % 60}`, n] as const)
    const object = Object.fromEntries(entries)
    expect(canonicalJson(Object.fromEntries(entries.toReversed()))).toBe(canonicalJson(object))
    expect(canonicalJson(object)).toBe(plainly(object))
  })

  it('escapes exactly what JSON escapes', () => {
    const texts = ['"', '\\', '\n', '\u0000', '\u007f', '\u2028', 'ü', '\u{1f600}', '\ud800', '\udc00x']
    expect(texts.map(canonicalJson)).toEqual(texts.map((one) => JSON.stringify(one)))
  })

  it('has no form for a BigInt', () => {
    expect(() => canonicalJson({ n: 1n })).toThrow(TypeError)
  })
})

it('the digest of an event never changes', () => {
  const event = {
    version: 1,
    id: 'evt_1',
    type: 'TASK_STARTED',
    schemaVersion: 1,
    taskId: 'task_1',
    runtimeId: null,
    actor: 'system',
    occurredAt: new Date('2026-01-05T08:00:00.000Z'),
    data: { resumeResult: null, b: [1, 'x'] },
  }
  expect(chainDigest(NO_DIGEST, event)).toBe('TaAyWjbUlJfxTL1EXBOFW70pVsdIV-xdTjiFwPD3k40')
})
