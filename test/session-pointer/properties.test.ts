import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { StreamEvent } from '../../src/session-pointer/events.js'
import { foldEvents } from '../../src/session-pointer/fold.js'
import { decideResume } from '../../src/session-pointer/resume-policy.js'
import { Conversation, liveThrough } from '../support/conversation.js'
import type { ClaimMade } from '../support/conversation.js'
import { steps } from '../support/conversation-steps.js'
import { NaiveSessions } from '../support/naive-sessions.js'
import { taskOf } from '../support/task-of.js'

/**
 * The invariants of the resume rules, over histories that fast-check makes up and cuts down to the steps that matter.
 * A failure prints its seed; to see it again, pass `{ seed, path }` to fc.assert.
 */
const RUNS = { numRuns: 400 }

const throughJson = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T

function eventsBefore(conversation: Conversation, claim: ClaimMade): StreamEvent[] {
  return conversation.events.slice(0, claim.version - 1)
}

/** Runs `check` on every claim that offered a session, with what a naive reader knew just before it. */
function forEachOffer(check: (offered: string, claim: ClaimMade, naive: NaiveSessions) => void): void {
  const property = fc.property(steps, (life) => {
    const conversation = liveThrough(life)
    for (const claim of conversation.claims) {
      if (claim.decision.sessionId === null) continue
      check(claim.decision.sessionId, claim, new NaiveSessions(eventsBefore(conversation, claim)))
    }
  })
  fc.assert(property, RUNS)
}

describe('the safety of offers', () => {
  test('I1: no claim offers a session that was last named on another runtime, or on none', () => {
    forEachOffer((offered, claim, naive) => {
      expect(naive.sessions.get(offered)?.runtimeId).toBe(claim.runtimeId)
    })
  })

  test('I2: no claim offers a session that is retired, reset, poisoned, not durable, failing or unproven', () => {
    forEachOffer((offered, claim, naive) => {
      expect(naive.soundOn(claim.runtimeId, claim.policy.maxResumeFailures)).toContain(offered)
    })
  })

  test('I3: a session is never offered outside its conversation, however two of them are interleaved', () => {
    const property = fc.property(fc.array(fc.tuple(fc.boolean(), steps), { maxLength: 6 }), (lives) => {
      const left = new Conversation('left')
      const right = new Conversation('right')
      for (const [isLeft, life] of lives) for (const step of life) (isLeft ? left : right).take(step)
      for (const conversation of [left, right]) {
        const foreign = conversation === left ? 'right' : 'left'
        expect(JSON.stringify(conversation.states.at(-1))).not.toContain(foreign)
        expect(JSON.stringify(conversation.claims)).not.toContain(foreign)
        expect(foldEvents(conversation.events)).toEqual(conversation.states.at(-1))
      }
    })
    fc.assert(property, { numRuns: 100 })
  })
})

describe('no needless loss', () => {
  test('exactly the sessions that a naive model finds resumable on the runtime are eligible', () => {
    const ofItsState = /^(SESSION_|RESUME_FAILING|RUNTIME_)/
    const property = fc.property(steps, (life) => {
      const conversation = liveThrough(life)
      for (const claim of conversation.claims) {
        if (claim.rerunOf !== null) continue
        const sound = claim.decision.candidates.filter((candidate) => !ofItsState.test(candidate.reason))
        const naive = new NaiveSessions(eventsBefore(conversation, claim))
        const expected = naive.soundOn(claim.runtimeId, claim.policy.maxResumeFailures)
        expect(sound.map((candidate) => candidate.sessionId).sort()).toEqual(expected)
      }
    })
    fc.assert(property, RUNS)
  })

  test('D9: no resumable session is newer than the offered one, and the gap is that of a naive model', () => {
    forEachOffer((offered, claim, naive) => {
      if (claim.rerunOf !== null || naive.importedAgain) return
      const place = naive.sessions.get(offered)?.namedAt ?? 0
      const newer = [...naive.sessions].filter(([, session]) => session.namedAt > place)
      const sound = naive.soundOn(claim.runtimeId, claim.policy.maxResumeFailures)
      expect(newer.filter(([sessionId]) => sound.includes(sessionId))).toEqual([])
      expect(claim.decision.continuityGap).toBe(naive.gap || newer.some(([, session]) => !session.reset))
    })
  })

  test('D9: with LATEST no newer session that is resumable on its own runtime is skipped', () => {
    forEachOffer((offered, claim, naive) => {
      if (claim.rerunOf !== null || claim.policy.scope !== 'LATEST' || naive.importedAgain) return
      const place = naive.sessions.get(offered)?.namedAt ?? 0
      for (const runtimeId of ['rt_0', 'rt_1']) {
        for (const sessionId of naive.soundOn(runtimeId, claim.policy.maxResumeFailures)) {
          expect(naive.sessions.get(sessionId)?.namedAt).toBeLessThanOrEqual(place)
        }
      }
    })
  })
})

describe('reruns', () => {
  test("rerun: a rerun gets its source's session or none, and always its source's directory", () => {
    const property = fc.property(steps, (life) => {
      const conversation = liveThrough(life)
      for (const claim of conversation.claims) {
        if (claim.rerunOf === null) continue
        const source = taskOf(eventsBefore(conversation, claim), claim.rerunOf)
        expect([null, source.sessionId]).toContain(claim.decision.sessionId)
        if (source.workDir !== null) expect(claim.decision.workDir).toBe(source.workDir)
      }
    })
    fc.assert(property, RUNS)
  })
})

describe('the log can be trusted', () => {
  test('I4: at every event the incremental state equals the fold from the start', () => {
    const property = fc.property(steps, (life) => {
      const { events, states } = liveThrough(life)
      const fromItsStart = states.map((_, version) => JSON.stringify(foldEvents(events.slice(0, version))))
      expect(fromItsStart).toEqual(states.map((state) => JSON.stringify(state)))
    })
    fc.assert(property, { numRuns: 200 })
  })

  test('I4: a state that was stored as JSON at any event folds on to the same result', () => {
    const property = fc.property(steps, fc.nat(), (life, cut) => {
      const { events, states } = liveThrough(life)
      const version = cut % (events.length + 1)
      const stored = throughJson(foldEvents(events.slice(0, version)))
      const resumed = foldEvents(throughJson(events.slice(version)), stored)
      expect(resumed).toEqual(states.at(-1))
      expect(JSON.stringify(resumed)).toBe(JSON.stringify(states.at(-1)))
    })
    fc.assert(property, RUNS)
  })

  test('I5: every recorded decision equals the one recomputed from the events before it', () => {
    const property = fc.property(steps, (life) => {
      const conversation = liveThrough(life)
      const log = throughJson(conversation.events)
      for (const claim of conversation.claims) {
        const events = log.slice(0, claim.version - 1)
        const recorded = log[claim.version - 1]
        if (recorded?.type !== 'TASK_CLAIMED' || recorded.data.decision === null) throw new Error('not a claim')
        const { policy, agentRevision, account, store, decidedAt, ...told } = recorded.data.decision
        const task = taskOf(events, claim.taskId)
        const source = task.rerunOf === null ? null : taskOf(events, task.rerunOf)
        const agent = { revision: agentRevision, policy }
        const state = foldEvents(events)
        const again = decideResume({ state, task, source, agent, runtime: { account, store }, now: decidedAt })
        expect(again).toEqual(claim.decision)
        expect(again).toMatchObject(told)
      }
    })
    fc.assert(property, RUNS)
  })

  test('I7: every task is reached by legal transitions only', () => {
    const property = fc.property(steps, (life) => {
      const { events } = liveThrough(life)
      for (const taskId of new Set(events.map((event) => event.taskId))) {
        if (taskId !== null) expect(taskOf(events, taskId).id).toBe(taskId)
      }
    })
    fc.assert(property, RUNS)
  })

  test('I8: versions are 1 to n, and the state refers only to these events', () => {
    const property = fc.property(steps, (life) => {
      const { events, states } = liveThrough(life)
      expect(events.map((event) => event.version)).toEqual(events.map((_, index) => index + 1))
      expect(states.map((state) => state.version)).toEqual(states.map((_, version) => version))
      const elsewhere = states.flatMap(({ version, bindings }) => {
        const places = bindings.flatMap((binding) => [binding.rank, binding.evidenceVersion])
        return places.filter((place) => place < 1 || place > version)
      })
      expect(elsewhere).toEqual([])
    })
    fc.assert(property, { numRuns: 200 })
  })
})
