import { Readable } from 'node:stream'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { lineSplitter, readLines } from '../../src/machine/lines.js'

async function linesOf(...chunks: Buffer[]): Promise<string[]> {
  const lines: string[] = []
  for await (const line of readLines(Readable.from(chunks))) lines.push(line)
  return lines
}

test('only \\n ends a line: JSON may contain U+2028 and U+2029 unescaped', async () => {
  const json = JSON.stringify({ text: 'one\u2028two\u2029three\u0085four' })
  expect(await linesOf(Buffer.from(`${json}\n${json}`))).toEqual([json, json])
})

test('a \\r belongs to the end of a line only directly before \\n', async () => {
  expect(await linesOf(Buffer.from('a\r\nb\rc\n\r\n'))).toEqual(['a', 'b\rc', ''])
})

test('the lines do not depend on how the bytes are split', async () => {
  const text = fc.array(fc.constantFrom('a', '€', '😀', '\u2028', '\n', '\r\n'), { maxLength: 40 })
  await fc.assert(
    fc.asyncProperty(text, fc.array(fc.nat(60)), async (parts, cuts) => {
      const bytes = Buffer.from(parts.join(''))
      const places = [
        0,
        ...cuts.filter((cut) => cut < bytes.length).toSorted((one, other) => one - other),
        bytes.length,
      ]
      const chunks = places.slice(1).map((end, index) => bytes.subarray(places[index], end))
      const expected = bytes.toString().split('\n')
      if (expected.at(-1) === '') expected.pop()
      expect(await linesOf(...chunks)).toEqual(expected.map((line) => line.replace(/\r$/, '')))
    }),
  )
})

test('a line that never ends does not fill the memory', () => {
  const splitter = lineSplitter(5)
  expect(splitter.push(Buffer.from('123'))).toEqual([])
  expect(splitter.push(Buffer.from('45678'))).toEqual([])
  expect(splitter.push(Buffer.from('9\nab\n'))).toEqual(['12345', 'ab'])
})
