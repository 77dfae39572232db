import { describe, expect, test } from 'vitest'
import { decide } from '../support/decide.js'
import { history } from '../support/history.js'

describe('F15: a reset during a run', () => {
  test.each(['claimed', 'running'] as const)('the session that a %s task names later is reset', (how) => {
    const story = how === 'claimed' ? history().enqueued('t1').claimed('t1') : history().running('t1')
    story.reset()
    const { version } = story
    if (how === 'claimed') story.started('t1')
    story.completed('t1', { sessionId: 's1', workDir: '/work' })
    expect(story.binding('s1')).toMatchObject({ state: 'RESET', evidenceVersion: version })
    expect(decide(story)).toMatchObject({
      outcome: 'FRESH',
      reason: 'SESSION_RESET',
      workDir: '/work',
      continuityGap: false,
    })
  })

  test('the session that it pins later, or fails in, is reset', () => {
    const story = history().running('t1').reset().pinned('t1', 's1').failed('t1', { sessionId: 's2' })
    expect(story.state.bindings.map(({ state }) => state)).toEqual(['RESET', 'RESET'])
  })

  test('a session that continues the reset one is also reset', () => {
    const story = history().ran('t1', 's1').resuming('t2', 's1').reset('s1').completed('t2', { sessionId: 's2' })
    expect(story.binding('s2').state).toBe('RESET')
    expect(decide(story)).toMatchObject({ outcome: 'FRESH', reason: 'SESSION_RESET' })
  })

  test('a session that continues the one that the run pinned is also reset', () => {
    const story = history().running('t1').pinned('t1', 's1').reset('s1').completed('t1', { sessionId: 's2' })
    expect(story.binding('s2').state).toBe('RESET')
  })

  test('a reset of another session leaves the run’s session unchanged', () => {
    const story = history().ran('t0', 's0').ran('t1', 's1').resuming('t2', 's1').reset('s0')
    story.completed('t2', { sessionId: 's2' })
    expect(story.binding('s2').state).toBe('RESUMABLE')
  })

  test('the session of a late pin, of a run that was cancelled before or after the reset, is reset', () => {
    const before = history().running('t1').cancelled('t1')
    const cancelled = before.version
    expect(before.reset().pinnedLate('t1', cancelled, 's1').binding('s1').state).toBe('RESET')
    const after = history().running('t1').reset().cancelled('t1')
    expect(after.pinnedLate('t1', after.version, 's1').binding('s1').state).toBe('RESET')
  })

  test('a late pin does not change a session that a newer run has reported', () => {
    const story = history().running('t1').reset().cancelled('t1')
    const cancelled = story.version
    story.ran('t2', 's2').pinnedLate('t1', cancelled, 's2')
    expect(story.binding('s2').state).toBe('RESUMABLE')
  })

  test('the reset does not affect the next claim’s run', () => {
    const story = history().running('t1').reset().completed('t1', { sessionId: 's1' }).ran('t2', 's2')
    expect(story.binding('s2').state).toBe('RESUMABLE')
    expect(decide(story)).toMatchObject({ outcome: 'RESUME', sessionId: 's2' })
  })
})
