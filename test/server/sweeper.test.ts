import { setImmediate as turn } from 'node:timers/promises'
import { expect, it, vi } from 'vitest'
import { openLog } from '../../src/server/observing/log.js'
import { pauseAfter, Sweeper } from '../../src/server/sweeper.js'
import type { Swept } from '../../src/use-cases/sweep.js'

const NOTHING: Swept = { expired: 0, promoted: 0, queueExpired: 0, recordsDeleted: 0 }

it('sweeps never overlap', async () => {
  let running = 0
  let most = 0
  const sweep = vi.fn(async () => {
    most = Math.max(most, ++running)
    await turn()
    running--
    return NOTHING
  })
  const sweeper = new Sweeper(sweep, 1, openLog('silent'))
  await vi.waitFor(() => expect(sweep.mock.calls.length).toBeGreaterThan(5))
  await sweeper.stop()
  expect(most).toBe(1)
})

it('a failed sweep is logged, and the next one runs', async () => {
  const log = openLog('silent')
  const error = vi.spyOn(log, 'error')
  const sweep = vi.fn(async () => NOTHING).mockRejectedValueOnce(new Error('The database is away'))
  const sweeper = new Sweeper(sweep, 1, log)
  await vi.waitFor(() => expect(sweep.mock.calls.length).toBeGreaterThan(1))
  await sweeper.stop()
  expect(error).toHaveBeenCalledTimes(1)
})

it('after failures a frequent sweep slows down, and a rare one comes again soon and then less and less often', () => {
  const pauses = (intervalMs: number) => [0, 1, 2, 3, 30].map((failures) => pauseAfter(failures, intervalMs))
  expect(pauses(1_000)).toEqual([1_000, 2_000, 4_000, 8_000, 10_000])
  expect(pauses(600_000)).toEqual([600_000, 10_000, 20_000, 40_000, 600_000])
  expect(pauses(10_000)).toEqual([10_000, 10_000, 10_000, 10_000, 10_000])
})

it('stopping waits for the running sweep, and none follows', async () => {
  let finish: () => void = () => undefined
  const sweep = vi.fn(() => new Promise<Swept>((resolve) => (finish = () => resolve(NOTHING))))
  const sweeper = new Sweeper(sweep, 1, openLog('silent'))
  await vi.waitFor(() => expect(sweep).toHaveBeenCalledTimes(1))
  let stopped = false
  const stop = sweeper.stop().then(() => (stopped = true))
  await turn()
  expect(stopped).toBe(false)
  finish()
  await stop
  expect(sweep).toHaveBeenCalledTimes(1)
})

it('a sweeper between sweeps stops at once', async () => {
  const sweep = vi.fn(async () => NOTHING)
  await new Sweeper(sweep, 3_600_000, openLog('silent')).stop()
  expect(sweep).not.toHaveBeenCalled()
})
