import { readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { expect, it } from 'vitest'
import { spool } from '../../src/import/source/spool.js'

async function* from<T>(items: readonly T[]): AsyncGenerator<T> {
  for (const item of items) yield await Promise.resolve(item)
}
const leftovers = async () => (await readdir(tmpdir())).filter((name) => name.startsWith('baton-import-')).length

it('rows are read back unchanged, at any size and any number of times', async () => {
  const items = [
    { at: Infinity, before: -Infinity, text: 'é\u2028', none: null },
    { text: 'x'.repeat(3_000_000) },
    ...Array.from({ length: 5_000 }, (_, n) => ({ n, text: 'y'.repeat(n % 300) })),
  ]
  const kept = await spool<object>(from(items))
  for (let time = 0; time < 2; time++) {
    const back: object[] = []
    for await (const item of kept.items()) back.push(item)
    expect(back).toEqual(items)
  }
  await kept.remove()
})

it('no file stays, also after a failed read', async () => {
  const before = await leftovers()
  await (await spool(from([1, 2]))).remove()
  async function* broken(): AsyncGenerator<number> {
    yield await Promise.resolve(1)
    throw new Error('gone')
  }
  await expect(spool(broken())).rejects.toThrow('gone')
  expect(await leftovers()).toBe(before)
})
