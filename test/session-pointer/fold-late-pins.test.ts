import { describe, expect, test } from 'vitest'
import { bindingsByActivity, pointerOf } from '../../src/session-pointer/bindings.js'
import { DEFAULT_POLICY } from '../../src/session-pointer/resume-policy.js'
import { decide } from '../support/decide.js'
import { LAPTOP, SERVER, history } from '../support/history.js'

/** t1 on the laptop was cancelled, at the version returned, before it reported anything. */
function cancelledEarly() {
  const story = history()
    .enqueued('t1')
    .claimed('t1', { agentRevision: 4, account: 'acct-1', store: 'store-1' })
    .started('t1')
    .cancelled('t1')
  return { story, cancelledVersion: story.version }
}

describe('a pin after cancel', () => {
  test('F12: a session that is reported only after the cancellation can still be resumed', () => {
    const { story, cancelledVersion } = cancelledEarly()
    story.pinnedLate('t1', cancelledVersion, 's1', '/dirs/a')
    expect(decide(story)).toMatchObject({ outcome: 'RESUME', sessionId: 's1', workDir: '/dirs/a' })
  })

  test('F12: its runtime is that of its task, not of the task that runs now', () => {
    const { story, cancelledVersion } = cancelledEarly()
    story.running('t2', SERVER).pinnedLate('t1', cancelledVersion, 's1')
    expect(story.binding('s1').runtimeId).toBe(LAPTOP)
  })

  test('F12: it keeps the revision, account and store of its own task’s claim', () => {
    const { story, cancelledVersion } = cancelledEarly()
    story.enqueued('t2').claimed('t2', { agentRevision: 5, account: 'acct-2', store: 'store-2' }).started('t2')
    story.pinnedLate('t1', cancelledVersion, 's1')
    expect(story.binding('s1')).toMatchObject({ agentRevision: 4, account: 'acct-1', store: 'store-1' })
  })

  test('F12: it ranks at the cancellation, so the session of a later task stays newer', () => {
    const { story, cancelledVersion } = cancelledEarly()
    story.ran('t2', 's2').pinnedLate('t1', cancelledVersion, 's1')
    expect(bindingsByActivity(story.state).map((binding) => binding.sessionId)).toEqual(['s2', 's1'])
    expect(decide(story)).toMatchObject({ sessionId: 's2', continuityGap: false })
  })

  test('F12: a later task without a session does not outrank it', () => {
    const { story, cancelledVersion } = cancelledEarly()
    story.running('t2').pinnedLate('t1', cancelledVersion, 's1')
    expect(pointerOf(story.state, DEFAULT_POLICY).binding?.sessionId).toBe('s1')
    expect(story.pinned('t2', 's2').completed('t2').binding('s1').rank).toBe(cancelledVersion)
    expect(pointerOf(story.state, DEFAULT_POLICY).binding?.sessionId).toBe('s2')
  })

  test('F12: it ranks above sessions that were reported before the cancellation', () => {
    const story = history().ran('t1', 's1').running('t2').cancelled('t2')
    story.pinnedLate('t2', story.version, 's2')
    expect(decide(story).sessionId).toBe('s2')
  })

  test('F12: its directory also ranks at the cancellation', () => {
    const { story, cancelledVersion } = cancelledEarly()
    story.ran('t2', 's2', LAPTOP, '/dirs/newer').pinnedLate('t1', cancelledVersion, 's1', '/dirs/late')
    expect(pointerOf(story.state, DEFAULT_POLICY).workDir).toBe('/dirs/newer')
    expect(story.binding('s1').workDir).toBe('/dirs/late')
  })

  test('F12: its directory is the newest one until a newer one is reported', () => {
    const story = history().ran('t1', 's1', LAPTOP, '/dirs/old').running('t2').cancelled('t2')
    story.pinnedLate('t2', story.version, null, '/dirs/late')
    expect(pointerOf(story.state, DEFAULT_POLICY).workDir).toBe('/dirs/late')
  })

  test('F12: a late directory is added to the session that its task pinned', () => {
    const story = history().running('t1').pinned('t1', 's1').cancelled('t1')
    story.pinnedLate('t1', story.version, null, '/dirs/late')
    expect(story.binding('s1').workDir).toBe('/dirs/late')
  })

  test('F12: a late session gets the directory that its task pinned', () => {
    const story = history().running('t1').pinned('t1', null, '/dirs/a').cancelled('t1')
    story.pinnedLate('t1', story.version, 's1')
    expect(story.binding('s1').workDir).toBe('/dirs/a')
  })

  test('F12: a field that the task has already reported is not overwritten', () => {
    const told = history().running('t1').pinned('t1', 's1').cancelled('t1')
    told.pinnedLate('t1', told.version, 's2', '/dirs/late')
    expect(told.state.bindings).toMatchObject([{ sessionId: 's1', workDir: '/dirs/late' }])
    const placed = history().running('t1').pinned('t1', null, '/dirs/a').cancelled('t1')
    placed.pinnedLate('t1', placed.version, 's1', '/dirs/late')
    expect(placed.state.bindings).toMatchObject([{ sessionId: 's1', workDir: '/dirs/a' }])
    expect(placed.state.workDir?.path).toBe('/dirs/a')
  })

  test('F12: two late pins of one task are merged like its other pins', () => {
    const { story, cancelledVersion } = cancelledEarly()
    story.pinnedLate('t1', cancelledVersion, 's1').pinnedLate('t1', cancelledVersion, null, '/dirs/a')
    expect(story.binding('s1')).toMatchObject({ workDir: '/dirs/a', rank: cancelledVersion })
  })

  test('F12: a newer run on the same session takes precedence over a late pin', () => {
    const { story, cancelledVersion } = cancelledEarly()
    story.ran('t2', 's1', SERVER, '/dirs/newer')
    const before = story.binding('s1')
    story.pinnedLate('t1', cancelledVersion, 's1', '/dirs/late')
    expect(story.binding('s1')).toMatchObject({
      runtimeId: SERVER,
      workDir: '/dirs/newer',
      rank: before.rank,
      lastTaskId: 't2',
      agentRevision: before.agentRevision,
    })
  })

  test('F12: a session that a newer run named and poisoned stays poisoned', () => {
    const { story, cancelledVersion } = cancelledEarly()
    story.running('t2').pinned('t2', 's1').overflowed('t2').pinnedLate('t1', cancelledVersion, 's1')
    expect(story.binding('s1').state).toBe('POISONED')
  })

  test('F12: a session that a newer run poisoned without naming it stays poisoned', () => {
    const story = history().ran('t0', 's1').resuming('t1', 's1').cancelled('t1')
    const cancelledVersion = story.version
    story.resuming('t2', 's1').overflowed('t2').pinnedLate('t1', cancelledVersion, 's1')
    expect(story.binding('s1').state).toBe('POISONED')
    expect(decide(story)).toMatchObject({ outcome: 'FRESH', reason: 'SESSION_POISONED' })
  })

  test('F12: a session without a transcript in a newer run stays not durable', () => {
    const { story, cancelledVersion } = cancelledEarly()
    story.running('t2').pinned('t2', 's1').completed('t2', { transcriptMissing: true })
    story.pinnedLate('t1', cancelledVersion, 's1')
    expect(story.binding('s1').state).toBe('NOT_DURABLE')
  })

  test('F12: a late pin proves a session that was poisoned before the cancellation', () => {
    const story = history().running('t0').pinned('t0', 's1').overflowed('t0').running('t1').cancelled('t1')
    story.pinnedLate('t1', story.version, 's1')
    expect(story.binding('s1').state).toBe('RESUMABLE')
  })

  test.each([
    ['retired', 'RETIRED'],
    ['reset', 'RESET'],
  ] as const)('F12: a session that was %s before the late pin stays so', (how, state) => {
    const story = history().ran('t0', 's1').running('t1').cancelled('t1')
    const cancelledVersion = story.version
    if (how === 'retired') story.running('t2').completed('t2', { retiredSessionId: 's1' })
    else story.reset('s1')
    expect(story.pinnedLate('t1', cancelledVersion, 's1').binding('s1').state).toBe(state)
  })

  test('F12: it keeps the failure count of the session', () => {
    const story = history().ran('t0', 's1').resuming('t1', 's1').failed('t1').resuming('t2', 's1').cancelled('t2')
    story.pinnedLate('t2', story.version, 's1')
    expect(story.binding('s1').resumeFailures).toBe(1)
  })

  test('F12: it does not change the current run', () => {
    const { story, cancelledVersion } = cancelledEarly()
    story.running('t2', SERVER).pinned('t2', 's2').pinnedLate('t1', cancelledVersion, 's1').overflowed('t2')
    expect(story.binding('s1').state).toBe('RESUMABLE')
    expect(story.binding('s2').state).toBe('POISONED')
  })

  test('F12: a late pin counts even if other tasks were cancelled in between', () => {
    const { story, cancelledVersion } = cancelledEarly()
    story.running('t2', SERVER).cancelled('t2').running('t3', SERVER).cancelled('t3')
    story.pinnedLate('t1', cancelledVersion, 's1')
    expect(story.binding('s1')).toMatchObject({ runtimeId: LAPTOP, rank: cancelledVersion, agentRevision: 4 })
  })
})

describe('a pin after another end of the task', () => {
  test.each(['completed', 'failed'] as const)('F13: a recorded pin after %s changes nothing', (how) => {
    const story = history().running('t1').pinned('t1', 's1', '/dirs/a')
    if (how === 'completed') story.completed('t1')
    else story.overflowed('t1')
    const before = story.state
    const after = story.pinned('t1', 's2', '/dirs/b').state
    expect(after).toEqual({ ...before, version: story.version })
  })
})
