import { setImmediate as turn } from 'node:timers/promises'
import { expect, it, vi } from 'vitest'
import { openLog } from '../../src/server/observing/log.js'
import { Sweeper } from '../../src/server/sweeper.js'
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
