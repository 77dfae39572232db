import { it } from 'vitest'
import { openEmbeddedDatabase } from '../../support/embedded-database.js'
import { weighted } from './arbitraries.js'
import { TIMEOUT_MS, tryHistories } from './histories.js'

const ACTS = weighted({
  rush: 14,
  claim: 5,
  enqueue: 3,
  say: 2,
  start: 6,
  complete: 3,
  fail: 3,
  release: 2,
  silence: 5,
  move: 2,
  resize: 2,
  cancel: 2,
  arrive: 2,
  turn: 0,
  failingTurn: 0,
  resetTurn: 0,
  stoppedTurn: 0,
})

it(
  'with any actions of daemons, people and the clock, each task goes to an allowed claim, and the log verifies',
  async () => {
    const database = await openEmbeddedDatabase()
    await tryHistories(database, ACTS, (claims, histories) => {
      const count = [...claims.values()].reduce((sum, claimsOfReason) => sum + claimsOfReason, 0)
      return count < 0.7 * histories ? [`only ${count} claims in ${histories} histories`] : []
    })
    await database.close()
  },
  TIMEOUT_MS,
)
