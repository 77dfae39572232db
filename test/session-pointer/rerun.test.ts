import { describe, expect, test } from 'vitest'
import { decideRerun } from '../support/decide.js'
import { LAPTOP, SERVER, history, timeOf } from '../support/history.js'
import type { History } from '../support/history.js'

/** t1 made s1 on the laptop; t2 went on with s2. The tests rerun t1. */
function twoTasks(): History {
  return history()
    .enqueued('t1', LAPTOP)
    .claimed('t1', { agentRevision: 1, account: 'acct-1', store: 'store-1' })
    .started('t1')
    .pinned('t1', 's1', '/dirs/source')
    .completed('t1')
    .ran('t2', 's2', LAPTOP, '/dirs/newer')
}

const NOT_OFFERED = { outcome: 'FRESH', sessionId: null, workDir: '/dirs/source', continuityGap: true }

describe('rerun', () => {
  test("rerun: the source's session is offered, although a newer one exists", () => {
    expect(decideRerun(twoTasks(), 's1', '/dirs/source')).toMatchObject({
      outcome: 'RESUME',
      reason: 'SAME_RUNTIME',
      sessionId: 's1',
      workDir: '/dirs/source',
      continuityGap: false,
    })
  })

  test('rerun: an offered session has no gap, even if a transcript is missing elsewhere', () => {
    const story = twoTasks().running('t3').completed('t3', { transcriptMissing: true })
    expect(decideRerun(story, 's1', '/dirs/source')).toMatchObject({ outcome: 'RESUME', continuityGap: false })
  })

  test("rerun: the source's directory is offered, not a later one of its session", () => {
    const story = twoTasks().ran('t3', 's1', LAPTOP, '/dirs/later')
    expect(decideRerun(story, 's1', '/dirs/source')).toMatchObject({ sessionId: 's1', workDir: '/dirs/source' })
  })

  test('rerun: the rerun of a source without a session starts fresh in its directory, although others have sessions', () => {
    expect(decideRerun(twoTasks(), null, '/dirs/source')).toMatchObject({
      outcome: 'FRESH',
      reason: 'NO_PRIOR_SESSION',
      sessionId: null,
      workDir: '/dirs/source',
      continuityGap: false,
    })
  })

  test('rerun: a source without session and directory gets nothing from newer tasks', () => {
    expect(decideRerun(twoTasks(), null, null)).toMatchObject({ reason: 'NO_PRIOR_SESSION', workDir: null })
  })

  test('rerun: the session of a parallel or newer task is never offered, with any scope', () => {
    const story = twoTasks().reset('s1')
    for (const scope of ['LATEST', 'NEWEST_ON_RUNTIME'] as const) {
      const decision = decideRerun(story, 's1', '/dirs/source', { policy: { scope } })
      expect(decision).toMatchObject({ outcome: 'FRESH', reason: 'SESSION_RESET', sessionId: null })
    }
  })

  test("rerun: on another runtime the source's directory is offered, but not its session", () => {
    const told = { ...NOT_OFFERED, reason: 'RUNTIME_MISMATCH' }
    expect(decideRerun(twoTasks(), 's1', '/dirs/source', { on: SERVER })).toMatchObject(told)
  })

  test('rerun: NEWEST_ON_RUNTIME finds no substitute on the other runtime', () => {
    const story = twoTasks().ran('t3', 's3', SERVER)
    const claim = { on: SERVER, policy: { scope: 'NEWEST_ON_RUNTIME' } } as const
    expect(decideRerun(story, 's1', '/dirs/source', claim)).toMatchObject({
      ...NOT_OFFERED,
      reason: 'RUNTIME_MISMATCH',
    })
  })

  test.each<[string, (story: History) => History]>([
    ['SESSION_POISONED', (s) => s.running('t3').pinned('t3', 's1').overflowed('t3')],
    ['SESSION_RETIRED', (s) => s.running('t3').completed('t3', { retiredSessionId: 's1' })],
    ['SESSION_RESET', (s) => s.reset('s1')],
    ['SESSION_NOT_DURABLE', (s) => s.running('t3').pinned('t3', 's1').completed('t3', { transcriptMissing: true })],
  ])('rerun: %s is the reason, and the source’s directory is still offered', (reason, end) => {
    expect(decideRerun(end(twoTasks()), 's1', '/dirs/source')).toMatchObject({ ...NOT_OFFERED, reason })
  })

  test('rerun: a session on which runs keep failing is not offered', () => {
    const story = twoTasks().resuming('t3', 's1').failed('t3')
    const decision = decideRerun(story, 's1', '/dirs/source', { policy: { maxResumeFailures: 1 } })
    expect(decision).toMatchObject({ ...NOT_OFFERED, reason: 'RESUME_FAILING' })
  })

  test('rerun: a session that is unproven is not offered', () => {
    const story = history().imported('s1', '/dirs/source')
    expect(decideRerun(story, 's1', '/dirs/source')).toMatchObject({ ...NOT_OFFERED, reason: 'RUNTIME_UNKNOWN' })
  })

  test('rerun: an unknown session is not offered', () => {
    expect(decideRerun(twoTasks(), 's9', '/dirs/source')).toMatchObject(NOT_OFFERED)
  })

  test.each([
    ['ACCOUNT_CHANGED', { account: 'acct-2' }],
    ['STORE_CHANGED', { store: 'store-2' }],
    ['TOO_OLD', { policy: { maxAgeSeconds: 60 }, now: timeOf(99) }],
    ['AGENT_CHANGED', { revision: 2, policy: { onAgentChange: 'FRESH' } }],
  ] as const)('rerun: the session must pass the same checks as any other (%s)', (reason, claim) => {
    expect(decideRerun(twoTasks(), 's1', '/dirs/source', claim)).toMatchObject({ ...NOT_OFFERED, reason })
  })

  test("rerun: D1 gives the source's directory", () => {
    expect(decideRerun(twoTasks(), 's1', '/dirs/source', { forceFreshSession: true })).toMatchObject({
      outcome: 'FRESH',
      reason: 'FORCED_FRESH',
      sessionId: null,
      workDir: '/dirs/source',
    })
  })

  test("rerun: D2 gives the source's directory", () => {
    const told = { ...NOT_OFFERED, reason: 'RESUME_DISABLED' }
    expect(decideRerun(twoTasks(), 's1', '/dirs/source', { policy: { enabled: false } })).toMatchObject(told)
  })

  test('rerun: D2 gives no gap if the source has no session', () => {
    const decision = decideRerun(twoTasks(), null, '/dirs/source', { policy: { enabled: false } })
    expect(decision).toMatchObject({ reason: 'RESUME_DISABLED', continuityGap: false })
  })

  test('rerun: UNKNOWN_HISTORY resumes nothing', () => {
    const told = { ...NOT_OFFERED, reason: 'UNKNOWN_HISTORY' }
    expect(decideRerun(twoTasks().unknown(), 's1', '/dirs/source')).toMatchObject(told)
  })

  test.each([
    ['RUNTIME_MISMATCH', { on: SERVER }],
    ['FORCED_FRESH', { forceFreshSession: true }],
    ['RESUME_DISABLED', { policy: { enabled: false } }],
  ])('rerun: forcing a fresh directory still gives the source’s directory (%s)', (reason, claim) => {
    const decision = decideRerun(twoTasks(), 's1', '/dirs/source', { ...claim, forceFreshWorkDir: true })
    expect(decision).toMatchObject({ reason, workDir: '/dirs/source' })
  })
})
