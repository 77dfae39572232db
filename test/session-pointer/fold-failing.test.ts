import { describe, expect, test } from 'vitest'
import { effectiveState, pointerOf } from '../../src/session-pointer/bindings.js'
import { DEFAULT_POLICY } from '../../src/session-pointer/resume-policy.js'
import { decide } from '../support/decide.js'
import { history } from '../support/history.js'

describe('a session on which runs keep failing', () => {
  const twice = () => history().ran('t1', 's1').resuming('t2', 's1').failed('t2').resuming('t3', 's1').failed('t3')
  const policy = (maxResumeFailures: number) => ({ ...DEFAULT_POLICY, maxResumeFailures })

  test("F17: it is FAILING when the count reaches the policy's limit", () => {
    expect(effectiveState(twice().binding('s1'), policy(2))).toBe('FAILING')
    expect(decide(twice(), { policy: policy(2) })).toMatchObject({ outcome: 'FRESH', reason: 'RESUME_FAILING' })
  })

  test('F17: the evidence is the failure that was counted last', () => {
    const story = twice()
    const { candidates } = decide(story, { policy: policy(2) })
    expect(candidates).toMatchObject([{ reason: 'RESUME_FAILING', evidenceVersion: story.version }])
  })

  test('F17: with one failure less than the limit it is still offered', () => {
    expect(effectiveState(twice().binding('s1'), policy(3))).toBe('RESUMABLE')
    expect(decide(twice(), { policy: policy(3) }).outcome).toBe('RESUME')
  })

  test('F17: the state keeps only the count, and each policy judges it', () => {
    expect(twice().binding('s1')).toMatchObject({ state: 'RESUMABLE', resumeFailures: 2 })
    expect(pointerOf(twice().state, policy(2)).binding).toBe(null)
    expect(pointerOf(twice().state, policy(3)).binding?.sessionId).toBe('s1')
  })

  test('F17: a run that completes on it resets the count', () => {
    const story = twice().running('t4').pinned('t4', 's1').completed('t4')
    expect(effectiveState(story.binding('s1'), policy(1))).toBe('RESUMABLE')
  })

  test('F17: a run that completes on another session keeps the count', () => {
    expect(effectiveState(twice().ran('t4', 's2').binding('s1'), policy(2))).toBe('FAILING')
  })

  test('F17: a failure with a retryable reason in between neither counts nor clears', () => {
    const story = twice().resuming('t4', 's1').failed('t4', { failureReason: 'timeout' })
    expect(story.binding('s1').resumeFailures).toBe(2)
  })

  test('F17: only the reason counts, not the error text', () => {
    const story = history().ran('t1', 's1').resuming('t2', 's1').failed('t2', { errorBytes: 4096 })
    expect(story.binding('s1').resumeFailures).toBe(1)
  })

  test.each(['POISONED', 'RESET'] as const)('F17: a %s session keeps that state and is not FAILING', (state) => {
    const story = twice()
    if (state === 'RESET') story.reset()
    else story.resuming('t4', 's1').overflowed('t4')
    expect(effectiveState(story.binding('s1'), policy(2))).toBe(state)
  })
})
