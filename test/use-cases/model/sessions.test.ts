import { it } from 'vitest'
import { openEmbeddedDatabase } from '../../support/embedded-database.js'
import { weighted } from './arbitraries.js'
import { TIMEOUT_MS, tryHistories } from './histories.js'

const ACTS = weighted({
  turn: 16,
  failingTurn: 8,
  resetTurn: 4,
  stoppedTurn: 3,
  move: 12,
  rerun: 3,
  pin: 2,
  archive: 0,
  rush: 0,
  rename: 0,
  resize: 0,
  progress: 0,
  leave: 0,
  arrive: 0,
  beat: 0,
  enqueue: 0,
})

/** Histories that never get to one of these would prove nothing of it. */
const REASONS = ['NO_PRIOR_SESSION', 'SAME_RUNTIME', 'RUNTIME_MISMATCH', 'SESSION_POISONED', 'SESSION_RESET']

it(
  'after any history of runs, a claim resumes exactly the allowed session, and the log verifies',
  async () => {
    const database = await openEmbeddedDatabase()
    await tryHistories(database, ACTS, (claims) => REASONS.filter((reason) => !claims.has(reason)))
    await database.close()
  },
  TIMEOUT_MS,
)
