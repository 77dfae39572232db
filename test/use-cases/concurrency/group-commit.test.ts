import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import { Unavailable } from '../../../src/database/unavailable.js'
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

it('concurrent calls share a batch up to its size, and each gets its own answer', async () => {
  const { commits, batches } = recorded(settled)
  expect(await Promise.all(['a', 'b', 'c', 'd'].map((item) => commits.submit(item)))).toEqual(['A', 'B', 'C', 'D'])
  expect(batches).toEqual([['a', 'b', 'c'], ['d']])
})

it('a batch never exceeds its limit, except with a single larger item', async () => {
  const batches: string[][] = []
  const commits = new GroupCommit<string, string>({
    run(batch) {
      batches.push(batch)
      return Promise.resolve(settled(batch))
    },
    lanes: 1,
    maxBatch: 3,
    size: { of: (item) => item.length, most: 5 },
    wroteNothing: () => true,
  })
  await Promise.all(['a', 'bbbb', 'c', 'ddddddd', 'e', 'f', 'g', 'h'].map((item) => commits.submit(item)))
  expect(batches).toEqual([['a', 'bbbb'], ['c'], ['ddddddd'], ['e', 'f', 'g'], ['h']])
})

it('an item that needs another batch comes before waiting items', async () => {
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

it('one failing item does not fail other calls', async () => {
  const { commits } = recorded((batch) => {
    if (batch.includes('bad')) throw new Error('rolled back')
    return settled(batch)
  })
  const outcomes = await Promise.allSettled(['a', 'bad', 'c'].map((item) => commits.submit(item)))
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
})

it('nothing is repeated if the transaction may have committed', async () => {
  const { commits, batches } = recorded(() => {
    throw new Error('connection lost')
  })
  const outcomes = await Promise.allSettled(['a', 'b'].map((item) => commits.submit(item)))
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(batches).toHaveLength(1)
})

it('a failure answer belongs to its item only', async () => {
  const { commits } = recorded((batch) =>
    batch.map((item) => (item === 'b' ? { failed: new Error('no') } : { settled: item })),
  )
  const outcomes = await Promise.allSettled(['a', 'b'].map((item) => commits.submit(item)))
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
})

it('calls after a failure succeed', async () => {
  let fails = true
  const { commits } = recorded((batch) => {
    if (fails) throw new Error('connection lost')
    return settled(batch)
  })
  await expect(commits.submit('a')).rejects.toThrow('connection lost')
  fails = false
  expect(await commits.submit('a')).toBe('A')
})

describe('while no transaction ends', () => {
  const stuck = (limits: { maxWaiting?: number; longestWaitMs?: number }) => {
    let release: () => void = () => undefined
    const released = new Promise<void>((resolve) => (release = resolve))
    const batches: string[][] = []
    const commits = new GroupCommit<string, string>({
      run(batch) {
        batches.push(batch)
        return released.then(() => settled(batch))
      },
      lanes: 1,
      maxBatch: 1,
      wroteNothing: () => false,
      ...limits,
    })
    return { commits, release, batches }
  }

  it('a full queue refuses calls at once', async () => {
    const { commits, release } = stuck({ maxWaiting: 2 })
    const first = commits.submit('a')
    // Its batch is cut at the end of this turn.
    await new Promise((resolve) => setImmediate(resolve))
    const waiting = [commits.submit('b'), commits.submit('c')]
    await expect(commits.submit('d')).rejects.toThrow(Unavailable)
    release()
    expect(await Promise.all([first, ...waiting])).toEqual(['A', 'B', 'C'])
  })

  it('every wait is limited, and a call that gave up is not carried out', async () => {
    const { commits, release, batches } = stuck({ longestWaitMs: 50 })
    const first = commits.submit('a')
    await expect(commits.submit('b')).rejects.toThrow(Unavailable)
    expect(commits.isBusy).toBe(true)
    release()
    expect(await first).toBe('A')
    expect(await commits.submit('c')).toBe('C')
    expect(batches).toEqual([['a'], ['c']])
    await vi.waitFor(() => expect(commits.isBusy).toBe(false))
  })

  it('items that fail one by one do not delay the last one by the sum of their waits', async () => {
    const tried: string[] = []
    const commits = new GroupCommit<string, string>({
      run: async (batch) => {
        tried.push(batch.join(''))
        await sleep(30)
        throw new Error('lock timeout')
      },
      lanes: 1,
      maxBatch: 10,
      wroteNothing: () => true,
      longestWaitMs: 70,
    })
    const outcomes = await Promise.allSettled(['a', 'b', 'c', 'd', 'e'].map((item) => commits.submit(item)))
    expect(outcomes.map(({ status }) => status)).toEqual(Array.from({ length: 5 }, () => 'rejected'))
    expect(tried.length).toBeLessThan(5)
  })
})
