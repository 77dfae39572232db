import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { systemClock } from '../../src/database/clock.js'
import { DatabaseClock } from '../../src/database/database-clock.js'
import { newId, stampIdsBy } from '../../src/database/ids.js'
import type { Sql } from '../../src/database/sql.js'

const NOON = Date.parse('2026-11-28T12:00:00Z')

let wayMs = 0
let aheadMs = 0
let skews: number[]

/** A database whose clock tells the right time, as far as it is not set. */
const sql: Sql = {
  rows: async <Row>() => {
    vi.advanceTimersByTime(wayMs)
    const ms = Date.now() - aheadMs
    vi.advanceTimersByTime(wayMs)
    return [{ ms }] as Row[]
  },
}
/** This machine's. */
const own = { now: () => new Date(Date.now()) }

beforeEach(() => {
  vi.useFakeTimers({ now: NOON, toFake: ['Date', 'performance', 'setTimeout'] })
  skews = []
  wayMs = 0
  aheadMs = 90_000
})

afterEach(() => {
  vi.useRealTimers()
  stampIdsBy(systemClock)
})

const open = () => DatabaseClock.open(sql, own, (seconds) => skews.push(Math.round(seconds)))

it('a machine whose clock is ahead uses the time of the database', async () => {
  const clock = await open()
  expect(clock.now()).toEqual(new Date(NOON - 90_000))
  vi.advanceTimersByTime(5_000)
  expect(clock.now()).toEqual(new Date(NOON - 85_000))
})

it('setting the machine’s clock while the server runs changes nothing', async () => {
  const clock = await open()
  vi.setSystemTime(NOON + 3_600_000)
  expect(clock.now()).toEqual(new Date(NOON - 90_000))
})

it('a late answer of the database moves the time no further than it can be', async () => {
  const clock = await open()
  wayMs = 10_000
  await clock.measure()
  // 20 s have passed, as far as anybody can tell: its answer agrees with that.
  expect(clock.now()).toEqual(new Date(NOON - 90_000 + 20_000))
})

it('the next measurement follows a database whose clock was set', async () => {
  const clock = await open()
  aheadMs = 0
  await clock.measure()
  expect(clock.now()).toEqual(new Date(NOON))
})

it('a skew is reported once, again when it changes, and when it ends', async () => {
  const clock = await open()
  await clock.measure()
  expect(skews).toEqual([90])
  aheadMs = 30_000
  await clock.measure()
  aheadMs = 500
  await clock.measure()
  await clock.measure()
  expect(skews).toEqual([90, 30, 1])
})

it('a skew of less than a second is not reported', async () => {
  aheadMs = 900
  await open()
  expect(skews).toEqual([])
})

it('ids sort by creation, also many in one millisecond and while a clock is set back', () => {
  let now = NOON
  stampIdsBy({ now: () => new Date(now) })
  const ids = Array.from({ length: 10_000 }, (_, n) => {
    if (n === 9_000) now -= 60_000
    return newId('task')
  })
  expect(ids.toSorted()).toEqual(ids)
  expect(new Set(ids).size).toBe(ids.length)
})
