import { expect, it } from 'vitest'
import { readConfig } from '../../src/server/settings/config.js'
import { timersOf } from '../../src/server/timers.js'

function timers(environment: Record<string, string>) {
  const read = readConfig(environment)
  if (!read.ok) throw new Error(read.problems.join())
  return timersOf(read.config)
}

it('by default a claim’s lease is a minute, a run’s five, and a heartbeat is due every 15 seconds', () => {
  expect(timers({})).toMatchObject({ claimLease: 60, runLease: 300, heartbeat: 15, queueTtl: 0, sweep: 1 })
})

it.each([
  ['60', '300', 15],
  ['30', '300', 10],
  ['300', '9', 3],
  ['2', '2', 1],
])(
  'with leases of %s and %s seconds, heartbeats are %s seconds apart, so that a lost one costs no claim',
  (claim, run, beat) => {
    expect(timers({ BATON_CLAIM_LEASE_SECONDS: claim, BATON_RUN_LEASE_SECONDS: run }).heartbeat).toBe(beat)
  },
)

it('the settings’ units are converted to the whole seconds of the API', () => {
  expect(timers({ BATON_SWEEP_INTERVAL_MS: '250', BATON_QUEUE_TTL_SECONDS: '60' })).toMatchObject({
    sweep: 1,
    queueTtl: 60,
  })
})
