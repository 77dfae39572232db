import * as fc from 'fast-check'
import type { ResumePolicy, ResumeResult, TaskReleased } from '../../src/session-pointer/events.js'

/** A session that a run may name: one of a few, or the very one that its claim offered. */
export type Named = number | 'offered' | null

export interface EndingStep {
  session: Named
  workDir: number | null
  retired: Named
  transcriptMissing: boolean
}

/** What may happen next. A step that is not possible when its turn comes does nothing, so that any list is a story. */
export type Step =
  | { do: 'enqueue'; forceFreshSession: boolean; forceFreshWorkDir: boolean; rerunOf: number | null }
  | { do: 'claim' }
  | { do: 'start'; resumeResult: ResumeResult | null }
  | { do: 'pin'; session: Named; workDir: number | null }
  | { do: 'complete'; ending: EndingStep }
  | { do: 'fail'; failureReason: string; ending: EndingStep }
  | { do: 'release'; cause: TaskReleased['cause'] }
  | { do: 'cancel'; queued: boolean }
  | { do: 'pinLate'; nth: number; session: Named; workDir: number | null }
  | { do: 'expireQueued' }
  | { do: 'reset'; session: number | null }
  | { do: 'import'; session: Named; workDir: number | null; on: number | null }
  | { do: 'moveAgent'; to: number; retargetQueued: boolean }
  | { do: 'changeAgent'; policy: ResumePolicy }
  | { do: 'changeAccount'; account: string | null; store: string | null }
  | { do: 'wait'; seconds: number }
  /** The state goes to the database and comes back. */
  | { do: 'store' }

/** Few sessions, directories and runtimes, so that the runs of a conversation meet on them. */
const index = fc.nat({ max: 4 })
const runtime = fc.nat({ max: 1 })
const rarely = fc.nat({ max: 9 }).map((n) => n === 0)
const named = fc.oneof(
  { weight: 3, arbitrary: fc.constant('offered' as const) },
  { weight: 3, arbitrary: index },
  { weight: 2, arbitrary: fc.constant(null) },
)
const workDir = fc.option(index, { freq: 1 })

const ending: fc.Arbitrary<EndingStep> = fc.record({
  session: named,
  workDir,
  retired: fc.oneof({ weight: 9, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: named }),
  transcriptMissing: rarely,
})

const failureReason = fc.constantFrom(
  'crash',
  'crash',
  'context_overflow',
  'iteration_limit',
  'timeout',
  'provider_network',
  'codex_semantic_inactivity',
)

const policy: fc.Arbitrary<ResumePolicy> = fc.record({
  enabled: rarely.map((off) => !off),
  scope: fc.constantFrom('LATEST', 'NEWEST_ON_RUNTIME'),
  onAgentChange: fc.constantFrom('RESUME', 'FRESH'),
  maxResumeFailures: fc.integer({ min: 1, max: 3 }),
  maxAgeSeconds: fc.constantFrom(null, null, 600, 86_400),
})

const fingerprint = (name: string) => fc.constantFrom(null, `${name}-1`, `${name}-1`, `${name}-2`)

const started = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom<(ResumeResult | null)[]>('RESUMED', 'NOT_ATTEMPTED', null) },
  { weight: 1, arbitrary: fc.constant<ResumeResult>('REFUSED') },
)

function step<T extends Step['do'], R extends object>(what: T, rest: { [K in keyof R]: fc.Arbitrary<R[K]> }) {
  return fc.record({ do: fc.constant(what), ...rest }) as unknown as fc.Arbitrary<Extract<Step, { do: T }>>
}

const claim = step('claim', {})
const start = step('start', { resumeResult: started })
const pin = step('pin', { session: named, workDir })
const complete = step('complete', { ending })
const fail = step('fail', { failureReason, ending })
const cancel = step('cancel', { queued: rarely })
const pinLate = step('pinLate', { nth: fc.nat({ max: 2 }), session: named, workDir })
const enqueue = step('enqueue', {
  forceFreshSession: rarely,
  forceFreshWorkDir: rarely,
  rerunOf: fc.option(fc.nat({ max: 9 }), { freq: 2 }),
})
const release = step('release', { cause: fc.constantFrom('RELEASED', 'LEASE_EXPIRED') })
const moveAgent = step('moveAgent', { to: runtime, retargetQueued: fc.boolean() })
const expireQueued = step('expireQueued', {})
const elsewhere = fc.oneof(
  { weight: 4, arbitrary: enqueue },
  { weight: 4, arbitrary: moveAgent },
  { weight: 3, arbitrary: pinLate },
  { weight: 1, arbitrary: expireQueued },
  { weight: 1, arbitrary: step('reset', { session: fc.option(index, { freq: 3 }) }) },
  { weight: 1, arbitrary: step('import', { session: named, workDir, on: fc.option(runtime, { freq: 1 }) }) },
  { weight: 2, arbitrary: step('changeAgent', { policy }) },
  { weight: 2, arbitrary: step('changeAccount', { account: fingerprint('acct'), store: fingerprint('store') }) },
  { weight: 1, arbitrary: step('wait', { seconds: fc.integer({ min: -900, max: 3600 }) }) },
  { weight: 1, arbitrary: step('store', {}) },
)

/** Mostly whole runs, so that histories get somewhere; now and then something out of turn. */
const turn: fc.Arbitrary<Step[]> = fc.oneof(
  { weight: 4, arbitrary: fc.tuple<Step[]>(claim, start, pin, complete) },
  { weight: 2, arbitrary: fc.tuple<Step[]>(claim, start, complete) },
  { weight: 3, arbitrary: fc.tuple<Step[]>(claim, start, fail) },
  { weight: 2, arbitrary: fc.tuple<Step[]>(claim, start, pin, fail) },
  { weight: 2, arbitrary: fc.tuple<Step[]>(claim, start, pin, elsewhere, fc.oneof(complete, fail, cancel)) },
  { weight: 2, arbitrary: fc.tuple<Step[]>(claim, start, cancel, pinLate) },
  { weight: 2, arbitrary: fc.tuple<Step[]>(claim, cancel, claim, start, pin, pinLate, fc.oneof(complete, fail)) },
  { weight: 1, arbitrary: fc.tuple<Step[]>(enqueue, moveAgent, claim, release) },
  { weight: 1, arbitrary: fc.tuple<Step[]>(claim, release, expireQueued) },
  { weight: 6, arbitrary: fc.tuple<Step[]>(elsewhere) },
  { weight: 3, arbitrary: fc.tuple<Step[]>(fc.oneof(claim, start, pin, complete, fail, cancel)) },
)

/** A conversation's whole life, in steps. fast-check shrinks it to the few that matter. */
export const steps: fc.Arbitrary<Step[]> = fc.array(turn, { maxLength: 24, size: 'max' }).map((turns) => turns.flat())
