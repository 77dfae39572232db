import { describe, expect, test } from 'vitest'
import { pointerOf } from '../../src/session-pointer/bindings.js'
import { DEFAULT_POLICY } from '../../src/session-pointer/resume-policy.js'
import { decide } from '../support/decide.js'
import { LAPTOP, SERVER, history } from '../support/history.js'

describe('a reset by a person', () => {
  test('F15: the named session is reset, with the reset as the evidence', () => {
    const story = history().ran('t1', 's1').ran('t2', 's2').reset('s1')
    expect(story.binding('s1')).toMatchObject({ state: 'RESET', evidenceVersion: story.version })
    expect(story.binding('s2').state).toBe('RESUMABLE')
  })

  test('F15: without a named session, every known session is reset', () => {
    const story = history().ran('t1', 's1').ran('t2', 's2', SERVER).reset()
    expect(story.state.bindings.map((binding) => binding.state)).toEqual(['RESET', 'RESET'])
  })

  test('F15: a reset session is never resumed, even after a later success', () => {
    const story = history().ran('t1', 's1').reset().ran('t2', 's1')
    expect(story.binding('s1').state).toBe('RESET')
    expect(decide(story)).toMatchObject({ outcome: 'FRESH', reason: 'SESSION_RESET' })
  })

  test('F15: a session that is first reported after a reset of all may be resumed', () => {
    const story = history().ran('t1', 's1').reset().ran('t2', 's2')
    expect(decide(story)).toMatchObject({ outcome: 'RESUME', sessionId: 's2', continuityGap: false })
  })

  test('F15: a reset during a run stays in force when the run completes on that session', () => {
    const story = history().running('t1').pinned('t1', 's1').reset().completed('t1', { sessionId: 's1' })
    expect(story.binding('s1').state).toBe('RESET')
  })

  test.each(['poisoned', 'not durable', 'unproven'] as const)('F15: a %s session is also reset', (what) => {
    const story = history()
    if (what === 'unproven') story.imported('s1')
    else story.running('t1').pinned('t1', 's1')
    if (what === 'poisoned') story.overflowed('t1')
    if (what === 'not durable') story.completed('t1', { transcriptMissing: true })
    expect(story.reset().binding('s1').state).toBe('RESET')
  })

  test('F15: a retired session stays RETIRED', () => {
    const story = history().ran('t1', 's1').running('t2').completed('t2', { retiredSessionId: 's1' })
    const retired = story.binding('s1')
    expect(story.reset().binding('s1')).toEqual(retired)
  })

  test('F15: resetting an unknown session changes nothing', () => {
    const story = history().ran('t1', 's1')
    const before = story.state
    expect(story.reset('s9').state).toEqual({ ...before, version: story.version })
  })

  test('F15: the newest directory survives a reset', () => {
    const story = history().ran('t1', 's1', LAPTOP, '/dirs/a').reset()
    expect(pointerOf(story.state, DEFAULT_POLICY)).toEqual({ binding: null, workDir: '/dirs/a' })
  })

  test('F15: a reset does not make its session newer', () => {
    const story = history().ran('t1', 's1').running('t2').pinned('t2', 's2').overflowed('t2')
    const { rank } = story.binding('s1')
    expect(story.reset('s1').binding('s1').rank).toBe(rank)
    expect(decide(story).reason).toBe('SESSION_POISONED')
  })
})

describe('an imported pointer', () => {
  test('F16: a row that proves its runtime is resumable there', () => {
    const story = history().imported('s1', '/dirs/a', SERVER)
    expect(story.binding('s1')).toMatchObject({ state: 'RESUMABLE', runtimeId: SERVER, agentRevision: null })
    expect(decide(story, { on: SERVER })).toMatchObject({ outcome: 'RESUME', sessionId: 's1', workDir: '/dirs/a' })
    expect(decide(story, { on: LAPTOP }).reason).toBe('RUNTIME_MISMATCH')
  })

  test('F16: a row without a runtime for a session that no task reported is unproven', () => {
    const story = history().imported('s1', '/dirs/a')
    expect(story.binding('s1')).toMatchObject({ state: 'UNPROVEN', runtimeId: null, evidenceVersion: 1 })
    expect(decide(story)).toMatchObject({ outcome: 'FRESH', reason: 'RUNTIME_UNKNOWN', workDir: '/dirs/a' })
  })

  test('F16: a task that reported the same session proves the runtime', () => {
    const story = history().ran('t1', 's1', SERVER).imported('s1')
    expect(story.binding('s1')).toMatchObject({ state: 'RESUMABLE', runtimeId: SERVER })
    expect(decide(story, { on: SERVER }).sessionId).toBe('s1')
  })

  test('F16: a newer task with another session does not prove its runtime', () => {
    const story = history().ran('t1', 's2', LAPTOP).imported('s1')
    expect(story.binding('s1')).toMatchObject({ state: 'UNPROVEN', runtimeId: null })
    expect(decide(story, { on: LAPTOP }).sessionId).toBe('s2')
  })

  test('F16: a later task with another session does not prove its runtime either', () => {
    const story = history().imported('s1').ran('t1', 's2', LAPTOP)
    expect(story.binding('s1')).toMatchObject({ state: 'UNPROVEN', runtimeId: null })
  })

  test('F16: a later task that pins the same session proves it', () => {
    const story = history().imported('s1', '/dirs/a').running('t1', SERVER).pinned('t1', 's1')
    expect(story.binding('s1')).toMatchObject({ state: 'RESUMABLE', runtimeId: SERVER, workDir: '/dirs/a' })
  })

  test('F16: a later task that completes on the same session proves it', () => {
    const story = history().imported('s1').running('t1', SERVER).completed('t1', { sessionId: 's1' })
    expect(story.binding('s1')).toMatchObject({ state: 'RESUMABLE', runtimeId: SERVER })
  })

  test('F16: a late pin proves it, even if the import comes after the cancellation', () => {
    const story = history().running('t1', SERVER).cancelled('t1')
    const cancelledVersion = story.version
    story.imported('s1').pinnedLate('t1', cancelledVersion, 's1')
    expect(story.binding('s1')).toMatchObject({ state: 'RESUMABLE', runtimeId: SERVER })
  })

  test('F16: importing the newest session again keeps it the newest', () => {
    const story = history().ran('t1', 's1').running('t2').cancelled('t2')
    const cancelledVersion = story.version
    story.imported('s1').pinnedLate('t2', cancelledVersion, 's2')
    expect(decide(story)).toMatchObject({ sessionId: 's1', continuityGap: false })
  })

  test('F16: a stale pointer does not become newer than the session of a newer task', () => {
    const story = history().ran('t1', 's1', LAPTOP).ran('t2', 's2', LAPTOP).imported('s1')
    expect(decide(story)).toMatchObject({ outcome: 'RESUME', sessionId: 's2', continuityGap: false })
  })

  test('F16: proving the runtime of a poisoned session leaves it poisoned', () => {
    const story = history().running('t1').pinned('t1', 's1').overflowed('t1').imported('s1')
    expect(story.binding('s1').state).toBe('POISONED')
  })

  test.each([SERVER, null])('F16: a retired session stays retired when it is imported (runtime %s)', (on) => {
    const story = history().ran('t1', 's1').running('t2').completed('t2', { retiredSessionId: 's1' })
    expect(story.imported('s1', null, on).binding('s1').state).toBe('RETIRED')
  })

  test('F16: a retirement does not prove an unknown runtime', () => {
    const story = history().running('t1').completed('t1', { retiredSessionId: 's1' }).imported('s1')
    expect(decide(story).outcome).toBe('FRESH')
  })

  test('F16: a row without a session gives only its directory', () => {
    const story = history().imported(null, '/dirs/a')
    expect(pointerOf(story.state, DEFAULT_POLICY)).toEqual({ binding: null, workDir: '/dirs/a' })
    expect(decide(story)).toMatchObject({ reason: 'NO_PRIOR_SESSION', workDir: '/dirs/a' })
  })

  test('F16: an import does not change the current run', () => {
    const story = history().running('t1', SERVER).pinned('t1', 's2').imported('s1', null, LAPTOP).overflowed('t1')
    expect(story.binding('s2').state).toBe('POISONED')
    expect(story.binding('s1')).toMatchObject({ state: 'RESUMABLE', firstTaskId: null })
  })
})
