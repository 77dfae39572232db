import { expect, it } from 'vitest'
import { GroupCommit } from '../../../src/use-cases/transaction/group-commit.js'
import type { BatchResult } from '../../../src/use-cases/transaction/group-commit.js'

function recorded(
  run: (batch: string[]) => BatchResult<string>[],
  lanes = 1,
): { commits: GroupCommit<string, string>; batches: string[][] } {
  const batches: string[][] = []
  const commits = new GroupCommit<string, string>({
    run(batch) {
      batches.push(batch)
      return Promise.resolve().then(() => run(batch))
    },
    lanes,
    maxBatch: 3,
    wroteNothing: (error) => (error as Error).message === 'rolled back',
  })
  return { commits, batches }
}

const settled = (batch: string[]): BatchResult<string>[] => batch.map((item) => ({ settled: item.toUpperCase() }))

it('calls made in one go share a batch, up to its size, and each gets its own answer', async () => {
  const { commits, batches } = recorded(settled)
  expect(await Promise.all(['a', 'b', 'c', 'd'].map((item) => commits.submit(item)))).toEqual(['A', 'B', 'C', 'D'])
  expect(batches).toEqual([['a', 'b', 'c'], ['d']])
})

it('an item that must come again goes before those that wait', async () => {
  let first = true
  const { commits, batches } = recorded((batch) => {
    const results = settled(batch).map((result, n) => (first && n > 0 ? 'again' : result))
    first = false
    return results
  })
  await Promise.all(['a', 'b', 'c', 'd'].map((item) => commits.submit(item)))
  expect(batches).toEqual([
    ['a', 'b', 'c'],
    ['b', 'c', 'd'],
  ])
})

it('one item that fails spoils nobody else’s call', async () => {
  const { commits } = recorded((batch) => {
    if (batch.includes('bad')) throw new Error('rolled back')
    return settled(batch)
  })
  const outcomes = await Promise.allSettled(['a', 'bad', 'c'].map((item) => commits.submit(item)))
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
})

it('where the transaction may have been written, nothing is tried again', async () => {
  const { commits, batches } = recorded(() => {
    throw new Error('connection lost')
  })
  const outcomes = await Promise.allSettled(['a', 'b'].map((item) => commits.submit(item)))
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(batches).toHaveLength(1)
})

it('an answer of failure is the item’s own', async () => {
  const { commits } = recorded((batch) =>
    batch.map((item) => (item === 'b' ? { failed: new Error('no') } : { settled: item })),
  )
  const outcomes = await Promise.allSettled(['a', 'b'].map((item) => commits.submit(item)))
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
})

it('goes on after a failure', async () => {
  let fails = true
  const { commits } = recorded((batch) => {
    if (fails) throw new Error('connection lost')
    return settled(batch)
  })
  await expect(commits.submit('a')).rejects.toThrow('connection lost')
  fails = false
  expect(await commits.submit('a')).toBe('A')
})
