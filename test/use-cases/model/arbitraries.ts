import * as fc from 'fast-check'
import type { Act } from './command.js'
import * as daemon from './daemon-acts.js'
import * as run from './run-acts.js'
import * as turns from './turns.js'
import * as user from './user-acts.js'

const two = fc.nat({ max: 1 })
const any = fc.nat({ max: 99 })
const rarely = fc.nat({ max: 7 }).map((n) => n === 0)
const session: fc.Arbitrary<run.Named> = fc.oneof(
  { weight: 3, arbitrary: fc.constant('offered' as const) },
  { weight: 3, arbitrary: fc.nat({ max: 2 }) },
  { weight: 1, arbitrary: fc.constant(null) },
)
/** Mostly one of the newest claims: the others are nearly all void. */
const key = fc.oneof({ weight: 1, arbitrary: any }, { weight: 2, arbitrary: fc.nat({ max: 2 }) })
const lease = fc.option(fc.integer({ min: 10, max: 200 }), { freq: 3 })
const resumeResult = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('RESUMED' as const, 'NOT_ATTEMPTED' as const, null) },
  { weight: 1, arbitrary: fc.constant('REFUSED' as const) },
)
const reason = fc.constantFrom(
  ...['crashed', 'timeout', 'provider_network', 'codex_semantic_inactivity', 'context_overflow'],
)
const work = fc.record({
  agent: two,
  issue: two,
  priority: fc.nat({ max: 3 }),
  maxAttempts: fc.integer({ min: 1, max: 3 }),
  waits: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: 1, max: 60 }) }),
})

/** Everything that may happen, by name. */
const acts = {
  turn: fc.tuple(session, resumeResult).map((args) => turns.turn(...args)),
  failingTurn: fc.tuple(reason, session).map((args) => turns.failingTurn(...args)),
  resetTurn: session.map(turns.resetTurn),
  stoppedTurn: fc.constant(0).map(turns.stoppedTurn),
  rush: fc.tuple(fc.array(work, { maxLength: 3 }), lease).map((args) => turns.rush(...args)),
  say: rarely.map(user.say),
  enqueue: work.map(user.enqueue),
  cancel: any.map(user.cancel),
  rerun: any.map(user.rerun),
  reset: fc.constant(0).map(user.reset),
  rename: fc.constant(0).map(user.rename),
  move: fc.tuple(two, two, fc.boolean()).map((args) => user.move(...args)),
  resize: fc.tuple(two, fc.integer({ min: 1, max: 3 })).map((args) => user.resize(...args)),
  archive: two.map(user.archive),
  claim: fc.tuple(two, fc.integer({ min: 1, max: 3 }), lease).map((args) => daemon.claim(...args)),
  start: fc.tuple(key, resumeResult).map((args) => run.start(...args)),
  pin: fc.tuple(key, session).map((args) => run.pin(...args)),
  complete: fc.tuple(key, session, rarely).map((args) => run.complete(...args)),
  fail: fc.tuple(key, reason, session).map((args) => run.fail(...args)),
  release: key.map(run.release),
  progress: fc.tuple(key, any).map((args) => run.progress(...args)),
  beat: two.map(daemon.beat),
  restart: two.map(daemon.restart),
  leave: two.map(daemon.leave),
  arrive: two.map(daemon.arrive),
  pass: fc.nat({ max: 120 }).map(daemon.pass),
  silence: fc.nat({ max: 400 }).map(turns.silence),
  sweep: fc.constant(0).map(daemon.sweepNow),
}

/** Each act as often as its number says; those that are not named, once. */
export function weighted(weights: Partial<Record<keyof typeof acts, number>>): fc.Arbitrary<Act>[] {
  return (Object.keys(acts) as (keyof typeof acts)[]).flatMap((name) =>
    Array.from({ length: weights[name] ?? 1 }, () => acts[name]),
  )
}
