import { describe, expect, test } from 'vitest'
import { DEFAULT_POLICY } from '../../src/session-pointer/resume-policy.js'
import { decide } from '../support/decide.js'
import { LAPTOP, SERVER, history } from '../support/history.js'
import type { History } from '../support/history.js'

/** s1 was made on the laptop by revision 1 of the agent, under this account and store. */
function known(): History {
  return history()
    .enqueued('t1', LAPTOP)
    .claimed('t1', { agentRevision: 1, account: 'acct-1', store: 'store-1' })
    .started('t1')
    .pinned('t1', 's1', '/dirs/s1')
    .completed('t1', { sessionId: 's1' })
}

const FRESH_START = { outcome: 'FRESH', sessionId: null }

test('the default policy resumes the newest session, gives up after three failures and has no age limit', () => {
  expect(DEFAULT_POLICY).toEqual({
    enabled: true,
    scope: 'LATEST',
    onAgentChange: 'RESUME',
    maxResumeFailures: 3,
    maxAgeSeconds: null,
  })
})

describe('a requested fresh start', () => {
  test('D1: a task that forces a fresh session gets the newest directory, and no gap, because somebody asked for it', () => {
    const told = { ...FRESH_START, reason: 'FORCED_FRESH', workDir: '/dirs/s1', continuityGap: false }
    expect(decide(known(), { forceFreshSession: true })).toMatchObject(told)
  })

  test('D1: a task that forces a fresh directory, too, gets none', () => {
    const decision = decide(known(), { forceFreshSession: true, forceFreshWorkDir: true })
    expect(decision).toMatchObject({ ...FRESH_START, reason: 'FORCED_FRESH', workDir: null })
  })

  test('D1: a forced fresh start comes before all other reasons', () => {
    const forced = { forceFreshSession: true, policy: { enabled: false }, on: SERVER }
    expect(decide(known().unknown(), forced).reason).toBe('FORCED_FRESH')
    expect(decide(history(), forced).reason).toBe('FORCED_FRESH')
  })

  test('D1: an open gap flag gives a forced fresh start no gap', () => {
    const story = known().running('t2').completed('t2', { transcriptMissing: true })
    expect(decide(story, { forceFreshSession: true }).continuityGap).toBe(false)
  })
})

describe('a policy that never resumes', () => {
  const off = { policy: { enabled: false } }

  test('D2: nothing is resumed; the directory is offered, with a gap', () => {
    const told = { ...FRESH_START, reason: 'RESUME_DISABLED', workDir: '/dirs/s1', continuityGap: true }
    expect(decide(known(), off)).toMatchObject(told)
  })

  test('D2: without a known session there is no gap', () => {
    expect(decide(history(), off)).toMatchObject({ reason: 'RESUME_DISABLED', continuityGap: false })
  })

  test('D2: any known session gives a gap, whatever its state', () => {
    const story = history().running('t1').completed('t1', { retiredSessionId: 's1' })
    expect(decide(story, off)).toMatchObject({ reason: 'RESUME_DISABLED', continuityGap: true })
  })

  test('D2: it comes before UNKNOWN_HISTORY', () => {
    expect(decide(known().unknown(), off).reason).toBe('RESUME_DISABLED')
  })
})

describe('a history with unknown events', () => {
  test('UNKNOWN_HISTORY: decisions fail closed, with the newest directory and a gap', () => {
    const told = { ...FRESH_START, reason: 'UNKNOWN_HISTORY', workDir: '/dirs/s1', continuityGap: true }
    expect(decide(known().unknown())).toMatchObject(told)
  })

  test('UNKNOWN_HISTORY: later known events do not end it', () => {
    expect(decide(known().unknown().ran('t2', 's2')).reason).toBe('UNKNOWN_HISTORY')
  })

  test('UNKNOWN_HISTORY: without a known session there is no gap', () => {
    expect(decide(history().unknown())).toMatchObject({ reason: 'UNKNOWN_HISTORY', continuityGap: false })
  })
})

describe('a conversation without a session to offer', () => {
  test('D3: the first claim of a conversation starts fresh', () => {
    const told = { ...FRESH_START, reason: 'NO_PRIOR_SESSION', workDir: null, continuityGap: false }
    expect(decide(history().enqueued('t1'))).toMatchObject(told)
  })

  test('D3: a directory that was reported without a session is offered', () => {
    const story = history().running('t1').completed('t1', { workDir: '/dirs/a' })
    expect(decide(story)).toMatchObject({ reason: 'NO_PRIOR_SESSION', workDir: '/dirs/a', continuityGap: false })
  })

  test('D3: the directory is not offered to a task that forces a fresh one', () => {
    const story = history().running('t1').completed('t1', { workDir: '/dirs/a' })
    expect(decide(story, { forceFreshWorkDir: true }).workDir).toBe(null)
  })

  const dead: [string, string, boolean, (story: History) => History][] = [
    ['poisoned', 'SESSION_POISONED', true, (s) => s.running('t2').pinned('t2', 's2', '/dirs/new').overflowed('t2')],
    [
      'retired',
      'SESSION_RETIRED',
      true,
      (s) => s.ran('t2', 's2').running('t3').completed('t3', { retiredSessionId: 's2' }),
    ],
    ['reset', 'SESSION_RESET', false, (s) => s.ran('t2', 's2').reset()],
    [
      'not durable',
      'SESSION_NOT_DURABLE',
      true,
      (s) => s.ran('t2', null).running('t3').completed('t3', { sessionId: 's2', transcriptMissing: true }),
    ],
    ['unproven', 'RUNTIME_UNKNOWN', true, (s) => s.imported('s2', '/dirs/new')],
  ]

  test.each(dead)('D4: when the newest session is %s, the reason is %s', (_, reason, continuityGap, end) => {
    const story = end(history())
    const { workDir } = story.state
    expect(decide(story)).toMatchObject({ ...FRESH_START, reason, continuityGap, workDir: workDir?.path ?? null })
  })

  test('D4: when the newest session is failing, the reason is RESUME_FAILING', () => {
    const story = known().resuming('t2', 's1').failed('t2')
    const told = { ...FRESH_START, reason: 'RESUME_FAILING', workDir: '/dirs/s1', continuityGap: true }
    expect(decide(story, { policy: { maxResumeFailures: 1 } })).toMatchObject(told)
  })

  test.each(dead)('D4: the newest session gives the reason, not an older unusable one (%s)', (_, reason, gap, end) => {
    const story = history().running('t0').pinned('t0', 's0').overflowed('t0')
    expect(decide(end(story))).toMatchObject({ ...FRESH_START, reason, continuityGap: gap })
  })

  test('D4: no directory is offered to a task that forces a fresh one', () => {
    const story = known().running('t2').pinned('t2', 's1').overflowed('t2')
    expect(decide(story, { forceFreshWorkDir: true })).toMatchObject({ reason: 'SESSION_POISONED', workDir: null })
  })
})

describe('a session that is offered', () => {
  test('D9: the newest resumable session of the runtime is offered with its directory', () => {
    const told = {
      outcome: 'RESUME',
      reason: 'SAME_RUNTIME',
      sessionId: 's1',
      workDir: '/dirs/s1',
      continuityGap: false,
    }
    expect(decide(known())).toMatchObject(told)
  })

  test('D9: a session is never offered with the directory of another session', () => {
    const story = known().running('t2').completed('t2', { workDir: '/dirs/newer' })
    expect(decide(story)).toMatchObject({ sessionId: 's1', workDir: '/dirs/s1' })
  })

  test('D9: a session without a directory of its own gets the newest one', () => {
    const story = history().ran('t1', 's1', LAPTOP, null).running('t2').completed('t2', { workDir: '/dirs/newer' })
    expect(decide(story)).toMatchObject({ sessionId: 's1', workDir: '/dirs/newer' })
  })

  test('D9: forcing a fresh directory does not separate a session from its directory', () => {
    expect(decide(known(), { forceFreshWorkDir: true })).toMatchObject({ sessionId: 's1', workDir: '/dirs/s1' })
  })

  test('D9: a newer session that is not offered gives a gap', () => {
    const story = known().running('t2').pinned('t2', 's2').overflowed('t2')
    expect(decide(story)).toMatchObject({ outcome: 'RESUME', sessionId: 's1', continuityGap: true })
  })

  test('D9: a newer session that a person has reset gives no gap', () => {
    const story = known().ran('t2', 's2').reset('s2')
    expect(decide(story)).toMatchObject({ outcome: 'RESUME', sessionId: 's1', continuityGap: false })
  })

  test('D9: an older session that is not offered gives no gap', () => {
    expect(decide(known().ran('t2', 's2'))).toMatchObject({ sessionId: 's2', continuityGap: false })
  })

  test('D9: a turn without a stored transcript gives a gap', () => {
    const story = known().resuming('t2', 's1').completed('t2', { transcriptMissing: true })
    expect(decide(story)).toMatchObject({ outcome: 'RESUME', sessionId: 's1', continuityGap: true })
  })

  test('D9: a run that reported no session gives no gap', () => {
    expect(decide(known().ran('t2', null))).toMatchObject({ sessionId: 's1', continuityGap: false })
  })
})
