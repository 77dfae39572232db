import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import type { HandoffRange, StreamEvent } from '../../src/session-pointer/events.js'
import { freshHandoffRange } from '../../src/session-pointer/handoff-range.js'
import { decide, decideRerun } from '../support/decide.js'
import { LAPTOP, SERVER, history } from '../support/history.js'
import { liveThrough } from '../support/conversation.js'
import { steps } from '../support/conversation-steps.js'

const ENDINGS = new Set<string>(['TASK_COMPLETED', 'TASK_FAILED', 'TASK_CANCELLED'])
const NEWEST_ON_RUNTIME = { policy: { scope: 'NEWEST_ON_RUNTIME' as const } }

/** The turns that end within the range, counted one by one. */
function turnsIn(events: readonly Pick<StreamEvent, 'type' | 'version'>[], range: HandoffRange): number {
  const within = ({ version }: { version: number }) => version >= range.fromVersion && version <= range.toVersion
  return events.filter((event) => within(event) && ENDINGS.has(event.type)).length
}

describe('H1: a range exists exactly if the decision has a continuity gap', () => {
  it('a conversation without a session has no range', () => {
    expect(decide(history().enqueued('a'))).toMatchObject({ reason: 'NO_PRIOR_SESSION', handoffRange: null })
  })

  it('a resumed session that knows every turn has no range', () => {
    expect(decide(history().ran('a', 's1').enqueued('b'))).toMatchObject({ outcome: 'RESUME', handoffRange: null })
  })

  it('a requested fresh session has no range', () => {
    const decision = decide(history().ran('a', 's1').enqueued('b'), { forceFreshSession: true })
    expect(decision).toMatchObject({ reason: 'FORCED_FRESH', handoffRange: null })
  })

  it('a session on another runtime gives a range', () => {
    const story = history().ran('a', 's1').ran('b', 's1').enqueued('c', SERVER)
    const range = { fromVersion: 1, toVersion: story.version, turns: 2 }
    expect(decide(story, { on: SERVER })).toMatchObject({ reason: 'RUNTIME_MISMATCH', handoffRange: range })
  })
})

describe('H2: the range of a fresh start', () => {
  it('begins after the last reset of all sessions', () => {
    const story = history().ran('a', 's1').reset().ran('b', 's2').ran('c', 's2')
    const reset = story.events.findIndex(({ type }) => type === 'SESSION_RESET') + 1
    const range = { fromVersion: reset + 1, toVersion: story.version, turns: 2 }
    expect(decide(story, { on: SERVER }).handoffRange).toEqual(range)
  })

  it('does not begin after a reset of one session', () => {
    const story = history().ran('a', 's1').ran('b', 's2').reset('s1')
    expect(decide(story, { on: SERVER }).handoffRange).toEqual({ fromVersion: 1, toVersion: story.version, turns: 2 })
  })

  it('has no turns after a reset of all sessions if resuming is disabled', () => {
    const decision = decide(history().ran('a', 's1').reset(), { policy: { enabled: false } })
    expect(decision).toMatchObject({ continuityGap: true, handoffRange: { turns: 0 } })
  })

  it('is the same for a rerun whose source session is not offered', () => {
    const story = history().ran('a', 's1').ran('b', 's1')
    const range = { fromVersion: 1, toVersion: story.version, turns: 2 }
    expect(decideRerun(story, 's1', '/dirs/a', { on: SERVER }).handoffRange).toEqual(range)
  })
})

describe('H2: the range of a resumed session', () => {
  it('begins after the last turn of the session', () => {
    const story = history().ran('a', 's1').ran('b', 's1')
    const known = story.version
    story.ran('c', 's2', SERVER).ran('d', 's2', SERVER)
    const decision = decide(story, { on: LAPTOP, ...NEWEST_ON_RUNTIME })
    expect(decision).toMatchObject({ outcome: 'RESUME', sessionId: 's1' })
    expect(decision.handoffRange).toEqual({ fromVersion: known + 1, toVersion: story.version, turns: 2 })
  })

  it('is empty again after the session was resumed with the handoff', () => {
    const story = history().ran('a', 's1').ran('b', 's2', SERVER)
    story.resuming('c', 's1').completed('c')
    const decision = decide(story, { on: LAPTOP, ...NEWEST_ON_RUNTIME })
    expect(decision.handoffRange?.turns ?? 0).toBe(0)
  })

  it('begins at the cancellation for a session with a late pin', () => {
    const story = history().ran('a', 's0', SERVER).running('b').cancelled('b')
    const cancelled = story.version
    story.ran('c', 's2', SERVER).pinnedLate('b', cancelled, 's1', '/dirs/b')
    const decision = decide(story, { on: LAPTOP, ...NEWEST_ON_RUNTIME })
    expect(decision).toMatchObject({ outcome: 'RESUME', sessionId: 's1' })
    expect(decision.handoffRange).toEqual({ fromVersion: cancelled + 1, toVersion: story.version, turns: 1 })
  })

  it('contains the turn with the lost transcript', () => {
    const story = history().ran('a', 's1')
    const known = story.version
    story.running('b').pinned('b', 's2').completed('b', { sessionId: 's2', transcriptMissing: true })
    const decision = decide(story)
    expect(decision).toMatchObject({ outcome: 'RESUME', sessionId: 's1', continuityGap: true })
    expect(decision.handoffRange).toEqual({ fromVersion: known + 1, toVersion: story.version, turns: 1 })
  })
})

describe('H3: a turn is a task that has ended', () => {
  it('with any ending', () => {
    const story = history().ran('a', 's1').running('b').failed('b').enqueued('c').cancelled('c').enqueued('d')
    expect(decide(story, { on: SERVER }).handoffRange).toMatchObject({ turns: 3 })
  })
})

describe('H5: after a refusal', () => {
  it('the range is the one that a fresh decision would have had', () => {
    const story = history().ran('a', 's1').ran('b', 's1').enqueued('c').offered('c', 's1')
    expect(freshHandoffRange(story.state)).toEqual({ fromVersion: 1, toVersion: story.version, turns: 2 })
  })
})

describe('over random histories', () => {
  const forEachClaim = (
    check: (
      range: HandoffRange | null,
      claim: ReturnType<typeof liveThrough>['claims'][number],
      before: StreamEvent[],
    ) => void,
  ) =>
    fc.assert(
      fc.property(steps, (life) => {
        const { claims, events } = liveThrough(life)
        for (const claim of claims) check(claim.decision.handoffRange, claim, events.slice(0, claim.version - 1))
      }),
      { numRuns: 400 },
    )

  test('H1: a range exists exactly if there is a gap', () => {
    forEachClaim((range, { decision }) => expect(range !== null).toBe(decision.continuityGap))
  })

  test('H2: a range ends at the end of the history, and counts the turns that end in it', () => {
    forEachClaim((range, _claim, before) => {
      if (range === null) return
      expect(range.toVersion).toBe(before.length)
      expect(range.turns).toBe(turnsIn(before, range))
    })
  })

  test('H2: a fresh start gets every turn since the last reset of all sessions', () => {
    forEachClaim((range, { decision }, before) => {
      if (range === null || decision.outcome !== 'FRESH') return
      const reset = before.findLast((event) => event.type === 'SESSION_RESET' && event.data.sessionId === null)
      expect(range.fromVersion).toBe((reset?.version ?? 0) + 1)
    })
  })

  test('H2: a resumed session gets no turn that ended in it', () => {
    forEachClaim((range, { decision }, before) => {
      if (range === null || decision.sessionId === null) return
      const endedIn = new Map<string, string>()
      const ended: number[] = []
      for (const { type, taskId, version, data } of before) {
        const named = 'sessionId' in data ? data.sessionId : null
        if (taskId !== null && named !== null && type !== 'SESSION_RESET') endedIn.set(taskId, named)
        if (ENDINGS.has(type) && endedIn.get(taskId ?? '') === decision.sessionId) ended.push(version)
      }
      for (const version of ended) expect(range.fromVersion).toBeGreaterThan(version)
    })
  })
})
