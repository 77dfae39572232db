import { describe, expect, test } from 'vitest'
import { pointerOf } from '../../src/session-pointer/bindings.js'
import { DEFAULT_POLICY } from '../../src/session-pointer/resume-policy.js'
import { decide } from '../support/decide.js'
import { LAPTOP, SERVER, history } from '../support/history.js'

describe('a run that completes', () => {
  test('F5: the named session is bound like a pinned one', () => {
    const story = history().running('t1', SERVER).completed('t1', { sessionId: 's1', workDir: '/dirs/a' })
    expect(story.binding('s1')).toMatchObject({ state: 'RESUMABLE', runtimeId: SERVER, workDir: '/dirs/a' })
  })

  test('F5: the named session is resumable again, even if a failure had poisoned it', () => {
    const story = history().running('t1').pinned('t1', 's1').overflowed('t1').running('t2')
    expect(story.completed('t2', { sessionId: 's1' }).binding('s1').state).toBe('RESUMABLE')
  })

  test('F5: without a named session, the pinned one is resumable again', () => {
    const story = history().ran('t1', 's1').resuming('t2', 's1').failed('t2')
    story.resuming('t3', 's1').pinned('t3', 's1').completed('t3')
    expect(story.binding('s1').resumeFailures).toBe(0)
  })

  test('F5: an offered session that is neither named nor pinned keeps its failure count', () => {
    const story = history().ran('t1', 's1').resuming('t2', 's1').failed('t2').resuming('t3', 's1').completed('t3')
    expect(story.binding('s1').resumeFailures).toBe(1)
  })

  test('F5: the failure count of the named session becomes 0, not that of the pinned one', () => {
    const story = history().ran('t1', 's1').ran('t2', 's2')
    story.resuming('t3', 's1').failed('t3').resuming('t4', 's2').failed('t4')
    story.running('t5').pinned('t5', 's1').completed('t5', { sessionId: 's2' })
    expect(story.binding('s1').resumeFailures).toBe(1)
    expect(story.binding('s2').resumeFailures).toBe(0)
  })

  test('F5: a completion without a session keeps every session', () => {
    const story = history().ran('t1', 's1', LAPTOP, '/dirs/a').running('t2')
    const before = story.binding('s1')
    expect(story.completed('t2').binding('s1')).toEqual(before)
    expect(decide(story)).toMatchObject({ outcome: 'RESUME', sessionId: 's1', workDir: '/dirs/a' })
  })

  test('F5: a directory alone is filled in for the session that the run pinned', () => {
    const story = history().running('t1').pinned('t1', 's1', '/dirs/a').completed('t1', { workDir: '/dirs/b' })
    expect(story.binding('s1').workDir).toBe('/dirs/b')
    expect(pointerOf(story.state, DEFAULT_POLICY).workDir).toBe('/dirs/b')
  })

  test('F5: the named session gets the directory that the run pinned', () => {
    const story = history().running('t1').pinned('t1', null, '/dirs/a').completed('t1', { sessionId: 's1' })
    expect(story.binding('s1').workDir).toBe('/dirs/a')
  })

  test('F5: a session that completes on another runtime lives there from then on', () => {
    const story = history().ran('t1', 's1', LAPTOP).running('t2', SERVER).completed('t2', { sessionId: 's1' })
    expect(story.binding('s1').runtimeId).toBe(SERVER)
  })

  test('F5: a completion makes its session the newest one', () => {
    const story = history().ran('t1', 's1').ran('t2', 's2').running('t3').completed('t3', { sessionId: 's1' })
    expect(decide(story)).toMatchObject({ sessionId: 's1', continuityGap: false })
  })
})

describe('a failure after which the session may be resumed', () => {
  test('F6: the pinned session stays resumable', () => {
    const story = history().running('t1').pinned('t1', 's1', '/dirs/a').failed('t1')
    expect(decide(story)).toMatchObject({ outcome: 'RESUME', sessionId: 's1', workDir: '/dirs/a' })
  })

  test('F6: the named session is bound like a pinned one', () => {
    const story = history().running('t1', SERVER).failed('t1', { sessionId: 's1', workDir: '/dirs/a' })
    expect(story.binding('s1')).toMatchObject({ state: 'RESUMABLE', runtimeId: SERVER, workDir: '/dirs/a' })
  })

  test('F6: it counts against the offered session', () => {
    const story = history().ran('t1', 's1').resuming('t2', 's1').failed('t2')
    expect(story.binding('s1').resumeFailures).toBe(1)
  })

  test('F6: each failed resume counts', () => {
    const story = history().ran('t1', 's1').resuming('t2', 's1').failed('t2').resuming('t3', 's1').failed('t3')
    expect(story.binding('s1').resumeFailures).toBe(2)
  })

  test('F6: it counts against the offered session even if the run named another one', () => {
    const story = history().ran('t1', 's1').resuming('t2', 's1').failed('t2', { sessionId: 's2' })
    expect(story.binding('s1').resumeFailures).toBe(1)
    expect(story.binding('s2').resumeFailures).toBe(0)
  })

  test('F6: without an offer it counts against no session, not even the named one', () => {
    const story = history().ran('t1', 's1').running('t2').failed('t2', { sessionId: 's1' })
    expect(story.binding('s1').resumeFailures).toBe(0)
  })

  test('F6: only a completed run clears the count, not a named session', () => {
    const story = history().ran('t1', 's1').resuming('t2', 's1').failed('t2', { sessionId: 's1' })
    expect(story.resuming('t3', 's1').failed('t3', { sessionId: 's1' }).binding('s1').resumeFailures).toBe(2)
  })

  test('F6: a directory alone is filled in for the session that the run pinned', () => {
    const story = history().running('t1').pinned('t1', 's1', '/dirs/a').failed('t1', { workDir: '/dirs/b' })
    expect(story.binding('s1').workDir).toBe('/dirs/b')
  })

  test('F6: it counts once if the run pinned the offered session and names it again', () => {
    const story = history().ran('t1', 's1').resuming('t2', 's1').pinned('t2', 's1').failed('t2', { sessionId: 's1' })
    expect(story.binding('s1').resumeFailures).toBe(1)
  })

  test.each(['runtime_offline', 'runtime_recovery', 'timeout', 'provider_network', 'agent_error.provider_network'])(
    'F6: %s is the fault of no session and is not counted',
    (failureReason) => {
      const story = history().ran('t1', 's1').resuming('t2', 's1').failed('t2', { failureReason })
      expect(story.binding('s1')).toMatchObject({ state: 'RESUMABLE', resumeFailures: 0 })
    },
  )

  test('F6: the failure of a queued task does not count against the session offered to the running one', () => {
    const story = history()
      .ran('t1', 's1')
      .enqueued('t3')
      .resuming('t2', 's1')
      .failed('t3', { failureReason: 'queue_expired' })
    expect(story.binding('s1').resumeFailures).toBe(0)
    expect(story.failed('t2').binding('s1').resumeFailures).toBe(1)
  })

  test('F6: a failure without a session does not make the offered session newer', () => {
    const story = history().ran('t1', 's1').ran('t2', 's2').resuming('t3', 's1').failed('t3')
    expect(decide(story).sessionId).toBe('s2')
  })

  test('F6: a failure that names a session makes it the newest one', () => {
    const story = history().ran('t1', 's1').ran('t2', 's2').running('t3').failed('t3', { sessionId: 's1' })
    expect(decide(story).sessionId).toBe('s1')
  })
})

describe('a failure that would repeat on resume', () => {
  test('F7: the named session is poisoned, not the pinned one', () => {
    const story = history().running('t1').pinned('t1', 's1').overflowed('t1', { sessionId: 's2' })
    expect(story.binding('s2')).toMatchObject({ state: 'POISONED', evidenceVersion: story.version })
    expect(story.binding('s1').state).toBe('RESUMABLE')
  })

  test('F7: without a named session, the pinned one is poisoned, not the offered one', () => {
    const story = history().ran('t1', 's1').resuming('t2', 's1').pinned('t2', 's2').overflowed('t2')
    expect(story.binding('s2').state).toBe('POISONED')
    expect(story.binding('s1').state).toBe('RESUMABLE')
  })

  test('F7: an overflowing resume poisons the offered session, because it never names one', () => {
    const story = history().ran('t1', 's1').resuming('t2', 's1').overflowed('t2')
    expect(story.binding('s1')).toMatchObject({ state: 'POISONED', evidenceVersion: story.version })
    expect(decide(story)).toMatchObject({ outcome: 'FRESH', reason: 'SESSION_POISONED' })
  })

  test('F7: an overflow of a fresh run that reported no session poisons nothing', () => {
    const story = history().ran('t1', 's1').running('t2').overflowed('t2')
    expect(story.binding('s1').state).toBe('RESUMABLE')
  })

  test('F7: the recorded verdict decides, not the reason or the text', () => {
    const verdict = { failureReason: 'context_overflow', error: 'prompt_too_long', resumeSafe: true }
    const story = history().running('t1').pinned('t1', 's1').failed('t1', verdict)
    expect(story.binding('s1').state).toBe('RESUMABLE')
  })

  test('F7: the directory is kept, for the session and for the next fresh start', () => {
    const story = history().running('t1').pinned('t1', 's1', '/dirs/a').overflowed('t1')
    expect(story.binding('s1').workDir).toBe('/dirs/a')
    expect(decide(story)).toMatchObject({ outcome: 'FRESH', workDir: '/dirs/a' })
  })

  test('F7: a directory that the failure names is also kept', () => {
    const story = history().running('t1').overflowed('t1', { workDir: '/dirs/b' })
    expect(decide(story)).toMatchObject({ outcome: 'FRESH', workDir: '/dirs/b' })
  })

  test('F7: poisoning the offered session does not make it newer', () => {
    const story = history().ran('t1', 's1').ran('t2', 's2').resuming('t3', 's1').overflowed('t3')
    expect(decide(story)).toMatchObject({ sessionId: 's2', continuityGap: false })
  })

  test('F7: it does not also count as a failed resume', () => {
    const story = history().ran('t1', 's1').resuming('t2', 's1').overflowed('t2')
    expect(story.binding('s1').resumeFailures).toBe(0)
  })

  test('F7: the newest event wins, so a poisoned session that completes and overflows again is poisoned', () => {
    const story = history().running('t1').pinned('t1', 's1').overflowed('t1').ran('t2', 's1')
    expect(story.binding('s1').state).toBe('RESUMABLE')
    expect(story.running('t3').pinned('t3', 's1').overflowed('t3').binding('s1').state).toBe('POISONED')
  })

  test.each([
    ['retired', 'RETIRED'],
    ['reset', 'RESET'],
  ] as const)('F7: a session that was %s meanwhile is not poisoned', (how, state) => {
    const story = history().ran('t1', 's1').enqueued('t2').offered('t2', 's1')
    if (how === 'retired') story.started('t2', 'REFUSED')
    else story.started('t2').reset('s1')
    expect(story.overflowed('t2').binding('s1').state).toBe(state)
  })
})
