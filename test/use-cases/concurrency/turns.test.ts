import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { Turns } from '../../../src/use-cases/services/turns.js'

/** Longer than what pieces have beside calls. */
const PIECE_MS = 3

function busyFor(milliseconds: number): void {
  const end = performance.now() + milliseconds
  while (performance.now() < end);
}

/** Pieces of work, done one after another until they are told to stop. */
async function work(turns: Turns, whose: string, isOver: () => boolean, done: number[]): Promise<void> {
  for (;;) {
    await turns.next(whose)
    if (isOver()) return
    done.push(performance.now())
    busyFor(PIECE_MS)
  }
}

describe('turns', () => {
  it('pieces run without pauses while no call is running', async () => {
    const turns = new Turns(() => false)
    const done: number[] = []
    const working = work(turns, 'a', () => done.length === 20, done)
    let loops = 0
    while (done.length < 20) {
      await nextTurn()
      loops += 1
    }
    await working
    expect(loops).toBeLessThan(60)
  })

  it('pieces leave most of the time to running calls, and continue beside them', async () => {
    const turns = new Turns(() => true)
    const done: number[] = []
    const began = performance.now()
    await work(turns, 'a', () => done.length === 20, done)
    // Each piece uses up the share of its window of 10 ms.
    expect((done.at(-1) ?? 0) - began).toBeGreaterThanOrEqual(190)
  })

  it('pieces wait a moment for the next call, and run without pauses if none comes', async () => {
    let isBusy = true
    const turns = new Turns(() => isBusy)
    const done: number[] = []
    const working = work(turns, 'a', () => done.length >= 40, done)
    while (done.length < 2) await nextTurn()
    isBusy = false
    const calmAt = performance.now() + 40
    while (performance.now() < calmAt) await nextTurn()
    // Each piece uses up the share of its window of 10 ms.
    expect(done.length).toBeLessThanOrEqual(8)
    while (done.length < 20) await nextTurn()
    let loops = 0
    while (done.length < 40) {
      await nextTurn()
      loops += 1
      busyFor(0.1)
    }
    await working
    expect(loops).toBeLessThan(100)
  })

  it('short pieces share the time beside calls, by token in turn', async () => {
    const turns = new Turns(() => true)
    const order: string[] = []
    const tell = async (whose: string, count: number): Promise<void> => {
      await Promise.all(
        Array.from({ length: count }, async () => {
          await turns.next(whose)
          order.push(whose)
        }),
      )
    }
    await Promise.all([tell('many', 50), tell('few', 2)])
    expect(order.filter((whose) => whose === 'many')).toHaveLength(50)
    expect(order.lastIndexOf('few')).toBeLessThan(4)
  })
})
