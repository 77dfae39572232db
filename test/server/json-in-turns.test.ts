import fc from 'fast-check'
import { expect, it } from 'vitest'
import { jsonInTurns } from '../../src/server/operations/json-in-turns.js'

const noTurn = () => Promise.resolve()

it('JSON that is written in turns equals JSON.stringify', async () => {
  const long = fc.string({ minLength: 5_000, maxLength: 6_000, unit: 'binary' })
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { depthSize: 'small' },
      fc.jsonValue(),
      fc.constant(undefined),
      long,
      fc.array(tie('any'), { maxLength: 5 }),
      fc.dictionary(fc.string(), tie('any'), { maxKeys: 5 }),
    ),
  })).any
  await fc.assert(
    fc.asyncProperty(value, async (given) => {
      expect(await jsonInTurns(given, noTurn)).toBe(JSON.stringify(given) ?? 'null')
    }),
  )
})

it('the writer waits for a turn after each piece', async () => {
  let turns = 0
  const entry = { id: 'evt_1', data: { text: 'x'.repeat(1_000), list: [1, 2, null] } }
  const value = { page: { nodes: Array.from({ length: 1_000 }, () => entry) } }
  const text = await jsonInTurns(value, async () => void (turns += 1))
  expect(text).toBe(JSON.stringify(value))
  expect(turns).toBeGreaterThan(10)
  expect(turns).toBeLessThan(30)
})
