import { describe, expect, test } from 'vitest'
import { decide } from '../support/decide.js'
import { LAPTOP, history } from '../support/history.js'
import type { History } from '../support/history.js'
import type { RunEnding } from '../../src/session-pointer/events.js'

type Ending = (story: History, task: string, says: Partial<RunEnding>) => History

const ENDINGS: [string, Ending][] = [
  ['a completion', (story, task, says) => story.completed(task, says)],
  ['a resume-safe failure', (story, task, says) => story.failed(task, says)],
  ['a resume-unsafe failure', (story, task, says) => story.overflowed(task, says)],
]

describe('a session that a run gave up', () => {
  test.each(ENDINGS)('F8: %s retires the session that the run gave up', (_, end) => {
    const story = end(history().ran('t1', 's1').resuming('t2', 's1'), 't2', { retiredSessionId: 's1' })
    expect(story.binding('s1')).toMatchObject({ state: 'RETIRED', evidenceVersion: story.version })
  })

  test.each(ENDINGS)('F8: %s retires the session even if it also names it', (_, end) => {
    const says = { sessionId: 's1', retiredSessionId: 's1' }
    const story = end(history().ran('t1', 's1').resuming('t2', 's1').pinned('t2', 's1'), 't2', says)
    expect(story.binding('s1').state).toBe('RETIRED')
  })

  test('F8: the session on which a run succeeded after giving up another is resumable', () => {
    const story = history().ran('t1', 's1').resuming('t2', 's1')
    story.completed('t2', { sessionId: 's2', retiredSessionId: 's1' })
    expect(story.binding('s1').state).toBe('RETIRED')
    expect(decide(story)).toMatchObject({ outcome: 'RESUME', sessionId: 's2' })
  })

  test('F8: an unsafe failure poisons the named session and retires the given-up one', () => {
    const story = history().ran('t1', 's1').resuming('t2', 's1')
    story.overflowed('t2', { sessionId: 's2', retiredSessionId: 's1' })
    expect(story.binding('s1').state).toBe('RETIRED')
    expect(story.binding('s2').state).toBe('POISONED')
  })

  test('F8: a retired session is never resumed, even after a later success', () => {
    const story = history().ran('t1', 's1').resuming('t2', 's1').completed('t2', { retiredSessionId: 's1' })
    story.ran('t3', 's1')
    expect(story.binding('s1').state).toBe('RETIRED')
    expect(decide(story)).toMatchObject({ outcome: 'FRESH', reason: 'SESSION_RETIRED', sessionId: null })
  })

  test('F8: an unknown session can be retired, and stays retired when a run names it', () => {
    const story = history().running('t1').completed('t1', { retiredSessionId: 's9' })
    expect(story.binding('s9').state).toBe('RETIRED')
    expect(story.ran('t2', 's9').binding('s9').state).toBe('RETIRED')
  })

  test('F8: giving up a session again keeps the first evidence', () => {
    const story = history().ran('t1', 's1').running('t2').completed('t2', { retiredSessionId: 's1' })
    const before = story.binding('s1')
    expect(story.running('t3').failed('t3', { retiredSessionId: 's1' }).binding('s1')).toEqual(before)
  })

  test('F8: only the given-up session is retired', () => {
    const story = history().ran('t1', 's1').ran('t2', 's2').running('t3').completed('t3', { retiredSessionId: 's1' })
    expect(story.binding('s2').state).toBe('RESUMABLE')
  })

  test('F8: a reset session stays RESET', () => {
    const story = history().ran('t1', 's1').reset('s1').running('t2').completed('t2', { retiredSessionId: 's1' })
    expect(story.binding('s1').state).toBe('RESET')
  })
})

describe('a transcript that was not stored', () => {
  test.each(ENDINGS.slice(0, 2))('F9: %s without a transcript makes the named session not durable', (_, end) => {
    const story = end(history().running('t1'), 't1', { sessionId: 's1', transcriptMissing: true })
    expect(story.binding('s1')).toMatchObject({ state: 'NOT_DURABLE', evidenceVersion: story.version })
    expect(story.state.gapFlag).toBe(true)
  })

  test.each(ENDINGS.slice(0, 2))('F9: %s without a transcript makes the pinned session not durable', (_, end) => {
    const story = end(history().running('t1').pinned('t1', 's1'), 't1', { transcriptMissing: true })
    expect(story.binding('s1').state).toBe('NOT_DURABLE')
    expect(decide(story)).toMatchObject({ outcome: 'FRESH', reason: 'SESSION_NOT_DURABLE', continuityGap: true })
  })

  test('F9: the named session becomes not durable, not the pinned one', () => {
    const story = history().running('t1').pinned('t1', 's1')
    story.completed('t1', { sessionId: 's2', transcriptMissing: true })
    expect(story.binding('s2').state).toBe('NOT_DURABLE')
    expect(story.binding('s1').state).toBe('RESUMABLE')
  })

  test('F9: a resume-unsafe failure without a transcript leaves a session that is not offered', () => {
    const story = history().running('t1').pinned('t1', 's1').overflowed('t1', { transcriptMissing: true })
    expect(decide(story)).toMatchObject({ outcome: 'FRESH', continuityGap: true })
    expect(story.state.gapFlag).toBe(true)
  })

  test('F9: a session that was only offered keeps its state, but the gap flag is set', () => {
    const story = history().ran('t1', 's1').resuming('t2', 's1').completed('t2', { transcriptMissing: true })
    expect(story.binding('s1').state).toBe('RESUMABLE')
    expect(decide(story)).toMatchObject({ outcome: 'RESUME', sessionId: 's1', continuityGap: true })
  })

  test.each([
    ['retired', 'RETIRED'],
    ['reset', 'RESET'],
  ] as const)('F9: a session that was %s stays so', (how, state) => {
    const story = history().ran('t1', 's1').running('t2').pinned('t2', 's1')
    if (how === 'reset') story.reset()
    const retiredSessionId = how === 'retired' ? 's1' : null
    story.completed('t2', { retiredSessionId, transcriptMissing: true })
    expect(story.binding('s1').state).toBe(state)
  })
})

/** The gap flag is up, and s1 may be resumed. */
function gapped(): History {
  return history().ran('t1', 's1', LAPTOP).resuming('t2', 's1').completed('t2', { transcriptMissing: true })
}

describe('the gap flag', () => {
  test.each(ENDINGS)('F10: %s of a later run with a stored transcript clears it', (_, end) => {
    const story = end(gapped().running('t3'), 't3', {})
    expect(story.state.gapFlag).toBe(false)
  })

  test('F10: a run on the offered session ends the gap', () => {
    const story = gapped().resuming('t3', 's1').completed('t3', { sessionId: 's1' })
    expect(decide(story)).toMatchObject({ outcome: 'RESUME', continuityGap: false })
  })

  test.each(ENDINGS)('F10: %s without a transcript keeps it set', (_, end) => {
    const story = end(gapped().running('t3'), 't3', { transcriptMissing: true })
    expect(story.state.gapFlag).toBe(true)
  })

  test('F10: a run that never started does not clear it', () => {
    const story = gapped().enqueued('t3').claimed('t3').failed('t3', { failureReason: 'runtime_offline' })
    expect(story.state.gapFlag).toBe(true)
  })

  test('F10: a task that expired in the queue does not clear it, even if another run started before', () => {
    const story = gapped().enqueued('t3').failed('t3', { failureReason: 'queue_expired' })
    expect(story.state.gapFlag).toBe(true)
  })

  test('F10: a task that fails in the queue while another one runs does not clear it', () => {
    const story = gapped().enqueued('t4').running('t3').failed('t4', { failureReason: 'queue_expired' })
    expect(story.state.gapFlag).toBe(true)
  })

  test('F10: a cancelled run does not clear it', () => {
    expect(gapped().running('t3').cancelled('t3').state.gapFlag).toBe(true)
  })

  test('F10: a released claim does not clear it', () => {
    expect(gapped().enqueued('t3').claimed('t3').released('t3', 'LEASE_EXPIRED').state.gapFlag).toBe(true)
  })

  test('F10: a cancelled run does not set it either', () => {
    const story = history().ran('t1', 's1').running('t2').pinned('t2', 's1').cancelled('t2')
    expect(story.state.gapFlag).toBe(false)
  })

  test.each(['a start', 'a pin', 'a reset'] as const)('F10: %s does not clear it', (what) => {
    const story = gapped().running('t3')
    if (what === 'a pin') story.pinned('t3', 's1')
    if (what === 'a reset') story.reset()
    expect(story.state.gapFlag).toBe(true)
  })
})
