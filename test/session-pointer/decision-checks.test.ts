import { describe, expect, test } from 'vitest'
import { decide } from '../support/decide.js'
import { LAPTOP, SERVER, history, timeOf } from '../support/history.js'
import type { History } from '../support/history.js'

const MADE_WITH = { agentRevision: 1, account: 'acct-1', store: 'store-1' }

/** s1 was made on the laptop with MADE_WITH; its last activity is the newest event. */
function known(madeWith: Partial<typeof MADE_WITH> | Record<string, null> = {}): History {
  return history()
    .enqueued('t1', LAPTOP)
    .claimed('t1', { ...MADE_WITH, ...madeWith })
    .started('t1')
    .pinned('t1', 's1', '/dirs/s1')
    .completed('t1', { sessionId: 's1' })
}

const FRESH_WITH_GAP = { outcome: 'FRESH', sessionId: null, workDir: '/dirs/s1', continuityGap: true }

describe('the runtime', () => {
  test('D5: a session of another runtime is not offered; its directory is', () => {
    expect(decide(known(), { on: SERVER })).toMatchObject({ ...FRESH_WITH_GAP, reason: 'RUNTIME_MISMATCH' })
  })

  test('D5: no directory is offered to a task that forces a fresh one', () => {
    expect(decide(known(), { on: SERVER, forceFreshWorkDir: true })).toMatchObject({ outcome: 'FRESH', workDir: null })
  })

  test("D5: the task's runtime counts, so the old runtime may still resume after the agent moved", () => {
    const story = known().enqueued('t2', LAPTOP).enqueued('t3', SERVER)
    expect(decide(story, { on: LAPTOP })).toMatchObject({ outcome: 'RESUME', sessionId: 's1' })
  })

  test('D5: with LATEST an older session of the claiming runtime is not considered', () => {
    const story = known().ran('t2', 's2', SERVER)
    expect(decide(story, { on: LAPTOP })).toMatchObject({ outcome: 'FRESH', reason: 'RUNTIME_MISMATCH' })
  })

  test('D5: with LATEST a newer session that is not resumable is skipped', () => {
    const story = known().running('t2', SERVER).pinned('t2', 's2').overflowed('t2')
    expect(decide(story, { on: LAPTOP })).toMatchObject({ outcome: 'RESUME', sessionId: 's1', continuityGap: true })
  })

  test('D5: with LATEST a newer failing session is skipped', () => {
    const story = known().ran('t2', 's2', SERVER).resuming('t3', 's2', SERVER).failed('t3')
    expect(decide(story, { policy: { maxResumeFailures: 1 } })).toMatchObject({ sessionId: 's1', continuityGap: true })
  })

  const onRuntime = { policy: { scope: 'NEWEST_ON_RUNTIME' } } as const

  test('D5: with NEWEST_ON_RUNTIME the newest session of the runtime is offered, with a gap', () => {
    const story = known().ran('t2', 's2', SERVER)
    const told = { outcome: 'RESUME', sessionId: 's1', workDir: '/dirs/s1', continuityGap: true }
    expect(decide(story, { on: LAPTOP, ...onRuntime })).toMatchObject(told)
  })

  test('D5: with NEWEST_ON_RUNTIME the newest of several on the runtime is offered', () => {
    const story = known().ran('t2', 's2', LAPTOP).ran('t3', 's3', SERVER)
    expect(decide(story, { on: LAPTOP, ...onRuntime }).sessionId).toBe('s2')
  })

  test('D5: with NEWEST_ON_RUNTIME each rejected candidate has its own reason', () => {
    const story = known().ran('t2', 's2', LAPTOP).ran('t3', 's3', SERVER)
    expect(decide(story, { on: LAPTOP, ...onRuntime }).candidates).toMatchObject([
      { sessionId: 's3', eligible: false, reason: 'RUNTIME_MISMATCH' },
      { sessionId: 's2', eligible: true, reason: 'SAME_RUNTIME' },
      { sessionId: 's1', eligible: true, reason: 'SUPERSEDED' },
    ])
  })

  test('D5: with NEWEST_ON_RUNTIME a session of the runtime that is not resumable is no match', () => {
    const story = known().running('t2').pinned('t2', 's1').overflowed('t2').ran('t3', 's3', SERVER)
    const told = { outcome: 'FRESH', reason: 'RUNTIME_MISMATCH', continuityGap: true }
    expect(decide(story, { on: LAPTOP, ...onRuntime })).toMatchObject(told)
  })

  test('D5: with NEWEST_ON_RUNTIME the decision says why no session is resumable', () => {
    const story = known().running('t2', SERVER).pinned('t2', 's1').overflowed('t2')
    expect(decide(story, { on: LAPTOP, ...onRuntime }).reason).toBe('SESSION_POISONED')
  })

  test('D5: an unknown runtime never matches, not even another unknown one', () => {
    const envelope = { taskId: 't1', runtimeId: null }
    const story = history().append('SESSION_PINNED', envelope, {
      sessionId: 's1',
      workDir: null,
      cancelledVersion: null,
    })
    expect(decide(story, { on: '' }).outcome).toBe('FRESH')
    expect(decide(story, { on: 'null', ...onRuntime }).outcome).toBe('FRESH')
  })
})

describe('the account and the store', () => {
  test('D6: a session made under another account is not offered', () => {
    expect(decide(known(), { account: 'acct-2' })).toMatchObject({ ...FRESH_WITH_GAP, reason: 'ACCOUNT_CHANGED' })
  })

  test('D6: a session made in another store is not offered', () => {
    expect(decide(known(), { store: 'store-2' })).toMatchObject({ ...FRESH_WITH_GAP, reason: 'STORE_CHANGED' })
  })

  test('D6: if both changed, the reason is the account', () => {
    expect(decide(known(), { account: 'acct-2', store: 'store-2' }).reason).toBe('ACCOUNT_CHANGED')
  })

  test('D6: the same account and store may resume', () => {
    expect(decide(known(), { account: 'acct-1', store: 'store-1' }).outcome).toBe('RESUME')
  })

  test('D6: a runtime that reports neither may resume', () => {
    expect(decide(known(), { account: null, store: null }).outcome).toBe('RESUME')
  })

  test('D6: a session with an unknown account and store may be resumed under any', () => {
    const story = known({ account: null, store: null })
    expect(decide(story, { account: 'acct-2', store: 'store-2' }).outcome).toBe('RESUME')
  })

  test('D6: no older session is offered instead', () => {
    const story = known({ account: 'acct-2' }).running('t2').pinned('t2', 's2')
    const older = history().ran('t0', 's0', LAPTOP)
    expect(decide(story, { account: 'acct-3' }).sessionId).toBe('s2')
    older.enqueued('t1').claimed('t1', MADE_WITH).started('t1').pinned('t1', 's1')
    expect(decide(older, { account: 'acct-2' })).toMatchObject({ outcome: 'FRESH', reason: 'ACCOUNT_CHANGED' })
  })
})

describe('the age', () => {
  const story = known()
  const at = (seconds: number) => new Date(Date.parse(timeOf(story.version)) + seconds * 1000).toISOString()
  const aged = (seconds: number, maxAgeSeconds: number | null) =>
    decide(story, { now: at(seconds), policy: { maxAgeSeconds } })

  test('D7: a session that was idle for longer than the policy allows is not offered', () => {
    expect(aged(3601, 3600)).toMatchObject({ ...FRESH_WITH_GAP, reason: 'TOO_OLD' })
  })

  test('D7: a session that was idle for exactly as long as allowed is offered', () => {
    expect(aged(3600, 3600).outcome).toBe('RESUME')
  })

  test('D7: without a limit no session is too old', () => {
    expect(aged(10 * 365 * 86_400, null).outcome).toBe('RESUME')
  })

  test('D7: a session is not too old for a claim whose clock is behind the last activity', () => {
    expect(aged(-3600, 60).outcome).toBe('RESUME')
  })

  test('D7: an unreadable time is too old, because a decision in doubt is a fresh start', () => {
    const decision = decide(story, { now: 'yesterday', policy: { maxAgeSeconds: 3600 } })
    expect(decision).toMatchObject({ outcome: 'FRESH', reason: 'TOO_OLD' })
  })

  test('D7: the age counts from the last activity of the session, not from its first', () => {
    const used = known().enqueued('t2').enqueued('t3').resuming('t4', 's1').completed('t4', { sessionId: 's1' })
    expect(decide(used, { policy: { maxAgeSeconds: 120 } }).outcome).toBe('RESUME')
  })

  test('D7: activity of another session does not make this one younger', () => {
    const idle = known().running('t2', SERVER).pinned('t2', 's2').overflowed('t2')
    expect(decide(idle, { policy: { maxAgeSeconds: 120 } })).toMatchObject({ outcome: 'FRESH', reason: 'TOO_OLD' })
  })
})

describe('the agent', () => {
  const strict = { policy: { onAgentChange: 'FRESH' } } as const

  test('D8: after a change of the agent, a policy with FRESH does not resume', () => {
    expect(decide(known(), { revision: 2, ...strict })).toMatchObject({ ...FRESH_WITH_GAP, reason: 'AGENT_CHANGED' })
  })

  test('D8: after a change of the agent, a policy with RESUME resumes', () => {
    expect(decide(known(), { revision: 2, policy: { onAgentChange: 'RESUME' } }).outcome).toBe('RESUME')
  })

  test('D8: an unchanged agent resumes under either', () => {
    expect(decide(known(), { revision: 1, ...strict }).outcome).toBe('RESUME')
  })

  test('D8: the revision of the last claim on the session counts, not of the first', () => {
    const story = known().enqueued('t2').offered('t2', 's1', { agentRevision: 2 }).started('t2').pinned('t2', 's1')
    expect(decide(story, { revision: 2, ...strict }).outcome).toBe('RESUME')
    expect(decide(story, { revision: 1, ...strict }).reason).toBe('AGENT_CHANGED')
  })

  test('D8: a session with an unknown revision passes', () => {
    const story = history().imported('s1', null, LAPTOP)
    expect(decide(story, { revision: 9, ...strict }).outcome).toBe('RESUME')
  })
})

describe('the order of the checks', () => {
  const everything = {
    on: SERVER,
    account: 'acct-2',
    store: 'store-2',
    revision: 2,
    policy: { maxAgeSeconds: 1, onAgentChange: 'FRESH' },
    now: timeOf(999),
  } as const

  test('D5 comes before D6, D6 before D7, D7 before D8', () => {
    expect(decide(known(), everything).reason).toBe('RUNTIME_MISMATCH')
    expect(decide(known(), { ...everything, on: LAPTOP }).reason).toBe('ACCOUNT_CHANGED')
    expect(decide(known(), { ...everything, on: LAPTOP, account: 'acct-1' }).reason).toBe('STORE_CHANGED')
    expect(decide(known(), { ...everything, on: LAPTOP, account: null, store: null }).reason).toBe('TOO_OLD')
    const young = { ...everything, on: LAPTOP, account: null, store: null, now: timeOf(5) }
    expect(decide(known(), young).reason).toBe('AGENT_CHANGED')
  })

  test('D4 comes before D5: the reason for an unusable session of another runtime is its state', () => {
    expect(decide(known().reset(), everything).reason).toBe('SESSION_RESET')
  })

  test('D5 to D8 judge the session that would be offered, not a newer unusable one', () => {
    const story = known().running('t2', SERVER).pinned('t2', 's2').overflowed('t2')
    expect(decide(story, { on: LAPTOP, account: 'acct-2' }).reason).toBe('ACCOUNT_CHANGED')
  })
})
