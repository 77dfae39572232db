import * as fc from 'fast-check'
import { beforeAll, expect, it } from 'vitest'
import { statement } from '../../../src/database/sql.js'
import type { Database } from '../../../src/database/sql.js'
import type { Finding } from '../../../src/event-log/verify/finding.js'
import { verifyLog } from '../../../src/event-log/verify/verify-log.js'
import { openEmbeddedDatabase } from '../../support/embedded-database.js'
import * as daemon from './daemon-acts.js'
import { newModel } from './model.js'
import { expectSameTasks, newReal } from './real.js'
import type { Real } from './real.js'
import * as run from './run-acts.js'
import * as user from './user-acts.js'

/** Histories that are tried. */
const RUNS = 1_000
/** Steps of the longest of them. */
const MOST_STEPS = 20
/** Generous: it is there for what hangs. */
const TIMEOUT_MS = 900_000

const two = fc.nat({ max: 1 })
const any = fc.nat({ max: 99 })
const rarely = fc.nat({ max: 7 }).map((n) => n === 0)
const session: fc.Arbitrary<run.Named> = fc.oneof(
  { weight: 3, arbitrary: fc.constant('offered' as const) },
  { weight: 3, arbitrary: fc.nat({ max: 2 }) },
  { weight: 1, arbitrary: fc.constant(null) },
)
/** Mostly of the newest claims: the others are nearly all void. */
const key = fc.oneof({ weight: 1, arbitrary: any }, { weight: 2, arbitrary: fc.nat({ max: 2 }) })
const lease = fc.option(fc.integer({ min: 10, max: 200 }), { freq: 3 })
const resumeResult = fc.constantFrom('RESUMED' as const, 'NOT_ATTEMPTED' as const, 'REFUSED' as const, null)
const reasons = ['crashed', 'timeout', 'provider_network', 'codex_semantic_inactivity', 'context_overflow']
const work = fc.record({
  ...{ agent: two, issue: two, priority: fc.nat({ max: 3 }), maxAttempts: fc.integer({ min: 1, max: 3 }) },
  waits: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: 1, max: 60 }) }),
})

const claim = fc.tuple(two, fc.integer({ min: 1, max: 3 }), lease).map((args) => daemon.claim(...args))
const say = fc.tuple(two, rarely).map((args) => user.say(...args))
const start = fc.tuple(key, resumeResult).map((args) => run.start(...args))
const complete = fc.tuple(key, session, rarely).map((args) => run.complete(...args))

/** Named more than once: what happens more often. */
const ACTS = [
  ...[claim, claim, claim, claim, say, say, say, start, start, start, complete, complete, complete],
  ...[work.map(user.enqueue), work.map(user.enqueue), any.map(user.cancel), any.map(user.rerun), two.map(user.reset)],
  fc.tuple(key, session).map((args) => run.pin(...args)),
  fc.tuple(key, session).map((args) => run.pin(...args)),
  fc.tuple(key, fc.constantFrom(...reasons), session).map((args) => run.fail(...args)),
  ...[key.map(run.release), fc.tuple(key, any).map((args) => run.progress(...args)), two.map(user.rename)],
  fc.tuple(two, two, fc.boolean()).map((args) => user.move(...args)),
  fc.tuple(two, fc.integer({ min: 1, max: 3 })).map((args) => user.resize(...args)),
  ...[two.map(daemon.beat), two.map(daemon.restart), two.map(daemon.leave), two.map(daemon.arrive)],
  ...[fc.nat({ max: 120 }).map(daemon.pass), fc.constant(0).map(daemon.sweepNow), fc.constant(0).map(daemon.sweepNow)],
  fc.tuple(two, fc.nat({ max: 3 })).map(([agent, n]) => (n === 0 ? user.archive(agent) : user.rename(agent))),
]

let database: Database

beforeAll(async () => {
  database = await openEmbeddedDatabase()
  return () => database.close()
})

/** What earlier runs left: their leases would go on running out in the later ones. */
async function clearAway({ world }: Real): Promise<void> {
  for (const table of ['claim', 'queue_entry']) {
    const text = `DELETE FROM ${table} WHERE "workspaceId" = $1`
    await database.sql.rows(statement(`clear_${table}`, text), [world.caller.workspaceId])
  }
}

it(
  'whatever two daemons, a user and the clock do, the server does what the model says, and its log is sound',
  async () => {
    let steps = 0
    const property = fc.asyncProperty(fc.commands(ACTS, { maxCommands: MOST_STEPS, size: 'max' }), async (commands) => {
      const real = await newReal(database)
      const model = newModel(real.world.clock.now().getTime())
      await fc.asyncModelRun(() => ({ model, real }), commands)
      const findings: Finding[] = []
      const { workspaceId } = real.world.caller
      const tally = await verifyLog(database, { workspaceId, report: (finding) => findings.push(finding) })
      expect(findings).toEqual([])
      expect(tally.crossRuntimeResumes).toBe(0)
      await expectSameTasks(model, real)
      await clearAway(real)
      steps += [...commands].length
    })
    // What fails is printed with its seed and path: pass them here as `seed` and `path` to see it again.
    await fc.assert(property, { numRuns: RUNS })
    expect(steps).toBeGreaterThan(RUNS)
  },
  TIMEOUT_MS,
)
