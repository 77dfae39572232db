import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { FoldableEvent, StreamEvent } from '../../src/session-pointer/events.js'
import { evolve, foldEvents } from '../../src/session-pointer/fold.js'
import { DEFAULT_POLICY, decideResume } from '../../src/session-pointer/resume-policy.js'
import { initialState } from '../../src/session-pointer/session-state.js'
import type { SessionState } from '../../src/session-pointer/session-state.js'
import { liveThrough } from '../support/conversation.js'
import { steps } from '../support/conversation-steps.js'
import { history } from '../support/history.js'

const RUNS = { numRuns: 400 }

const ABSORBING = new Set<string>(['RETIRED', 'RESET'])

function frozen<T>(value: T): T {
  if (value !== null && typeof value === 'object' && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const inner of Object.values(value)) frozen(inner)
  }
  return value
}

/** The sessions that a stream names anywhere, by a look at its text. */
function namedIn(events: readonly StreamEvent[]): Set<string> {
  return new Set(JSON.stringify(events).match(/conv_session_\d+/g) ?? [])
}

describe('over random histories', () => {
  test('RETIRED and RESET are final: no later event changes them', () => {
    const property = fc.property(steps, (life) => {
      const absorbed = new Map<string, string>()
      const escaped: string[] = []
      for (const { bindings } of liveThrough(life).states) {
        const now = new Map(bindings.map((binding) => [binding.sessionId, binding.state]))
        for (const [sessionId, state] of absorbed) if (now.get(sessionId) !== state) escaped.push(sessionId)
        for (const [sessionId, state] of now) if (ABSORBING.has(state)) absorbed.set(sessionId, state)
      }
      expect(escaped).toEqual([])
    })
    fc.assert(property, RUNS)
  })

  test('the fold changes neither the earlier state nor the event', () => {
    const property = fc.property(steps, (life) => {
      const { events, states } = liveThrough(life)
      // A frozen thing throws when it is changed.
      let state: SessionState = frozen(initialState)
      for (const event of events) state = frozen(evolve(state, frozen(event)))
      expect(state).toEqual(states.at(-1))
    })
    fc.assert(property, RUNS)
  })

  test('each session that an event names is listed once, newest activity first, and no other', () => {
    const property = fc.property(steps, (life) => {
      const { events, states } = liveThrough(life)
      const named = namedIn(events)
      const wrong = states.filter(({ bindings }) => {
        const ids = new Set(bindings.map((binding) => binding.sessionId))
        const isInOrder = bindings.every((binding, index) => binding.rank <= (bindings[index - 1]?.rank ?? Infinity))
        return ids.size !== bindings.length || !isInOrder || [...ids].some((id) => !named.has(id))
      })
      expect(wrong).toEqual([])
    })
    fc.assert(property, RUNS)
  })

  test('times never decide the order: other times give the same sessions, states and order', () => {
    const times = fc.array(fc.integer({ min: 0, max: 2_000_000_000 }), { minLength: 1 })
    const property = fc.property(steps, times, (life, clock) => {
      const { events } = liveThrough(life)
      const timeless = (state: SessionState) => state.bindings.map((binding) => ({ ...binding, lastActiveAt: '' }))
      const scrambled = events.map((event, index) => {
        const seconds = clock[index % clock.length] ?? 0
        return { ...event, occurredAt: new Date(seconds * 1000).toISOString() }
      })
      expect(timeless(foldEvents(scrambled))).toEqual(timeless(foldEvents(events)))
    })
    fc.assert(property, RUNS)
  })

  test('an unknown event anywhere makes every later decision fresh', () => {
    const property = fc.property(steps, fc.nat(), (life, cut) => {
      const { events } = liveThrough(life)
      const at = cut % (events.length + 1)
      const unknown: FoldableEvent = {
        type: 'UNKNOWN',
        rawType: 'SESSION_TELEPORTED',
        taskId: null,
        runtimeId: null,
        data: {},
        version: at + 1,
        occurredAt: '2026-01-05T08:00:00.000Z',
      }
      const state = foldEvents([...events.slice(0, at), unknown, ...events.slice(at)])
      for (const runtimeId of ['rt_0', 'rt_1']) expect(plainDecision(state, runtimeId).reason).toBe('UNKNOWN_HISTORY')
    })
    fc.assert(property, RUNS)
  })
})

describe('over histories that no server would write', () => {
  /** The events of a legal history, torn out, repeated and in any order. */
  const nonsense: fc.Arbitrary<StreamEvent[]> = steps.chain((life): fc.Arbitrary<StreamEvent[]> => {
    const { events } = liveThrough(life)
    if (events.length === 0) return fc.constant([])
    return fc.array(fc.constantFrom(...events), { maxLength: 60, size: 'max' })
  })

  test('the fold accepts any order of events, and no session is offered across runtimes', () => {
    const property = fc.property(nonsense, (events) => {
      const state = foldEvents(events)
      for (const runtimeId of ['rt_0', 'rt_1']) {
        const { sessionId } = plainDecision(state, runtimeId)
        const binding = state.bindings.find((candidate) => candidate.sessionId === sessionId)
        if (sessionId !== null) expect(binding).toMatchObject({ runtimeId, state: 'RESUMABLE' })
      }
    })
    fc.assert(property, RUNS)
  })

  test('RETIRED and RESET are final there too', () => {
    const property = fc.property(nonsense, (events) => {
      let state = initialState
      const escaped: string[] = []
      for (const event of events) {
        const gone = state.bindings.filter((binding) => ABSORBING.has(binding.state))
        state = evolve(state, event)
        const now = new Map(state.bindings.map((binding) => [binding.sessionId, binding.state]))
        for (const { sessionId, state } of gone) if (now.get(sessionId) !== state) escaped.push(sessionId)
      }
      expect(escaped).toEqual([])
    })
    fc.assert(property, RUNS)
  })
})

test('the state grows with the sessions of a conversation, never with its tasks', () => {
  const lengthAfter = (tasks: number) => {
    const story = history()
    for (let n = 0; n < tasks; n++) {
      story
        .ran(`t${n}`, `s${n % 3}`)
        .running(`u${n}`)
        .cancelled(`u${n}`)
        .resuming(`v${n}`, 's1')
        .failed(`v${n}`)
    }
    // Counters and versions get longer, so every number counts as one digit.
    return JSON.stringify(story.state).replaceAll(/\d+/g, '0').length
  }
  expect(lengthAfter(600)).toBe(lengthAfter(30))
})

function plainDecision(state: SessionState, runtimeId: string) {
  return decideResume({
    state,
    task: { runtimeId, forceFreshSession: false, forceFreshWorkDir: false },
    source: null,
    agent: { revision: 1, policy: DEFAULT_POLICY },
    runtime: { account: null, store: null },
    now: '2026-01-05T08:00:00.000Z',
  })
}
