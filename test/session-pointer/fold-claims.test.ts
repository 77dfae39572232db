import { describe, expect, test } from 'vitest'
import { initialState } from '../../src/session-pointer/session-state.js'
import { decide } from '../support/decide.js'
import { LAPTOP, SERVER, history } from '../support/history.js'

describe('enqueueing', () => {
  test('F1: enqueueing a task changes no session', () => {
    const before = history().ran('t1', 's1')
    const after = history().ran('t1', 's1').enqueued('t2', SERVER)
    expect(after.state).toEqual({ ...before.state, version: after.version })
  })

  test('F1: a session is bound to the runtime of its task, wherever the agent is now', () => {
    const story = history().enqueued('t1', LAPTOP).enqueued('t2', SERVER).claimed('t1').started('t1').pinned('t1', 's1')
    expect(story.binding('s1').runtimeId).toBe(LAPTOP)
  })

  test('F1: a task that was retargeted while queued binds its session to the new runtime', () => {
    const story = history().enqueued('t1', LAPTOP).retargeted('t1', SERVER).claimed('t1').started('t1')
    expect(story.pinned('t1', 's1').binding('s1').runtimeId).toBe(SERVER)
  })

  test('F1: retargeting a task does not move the sessions that the old runtime made', () => {
    const story = history().ran('t1', 's1', LAPTOP).enqueued('t2', LAPTOP).retargeted('t2', SERVER)
    expect(story.binding('s1').runtimeId).toBe(LAPTOP)
  })

  test('F1: opening the conversation and posting messages change no session', () => {
    const envelope = { taskId: null, runtimeId: null }
    const story = history()
      .append('CONVERSATION_OPENED', envelope, { kind: 'CHAT', agentId: 'agt_1', issueKey: null })
      .append('MESSAGE_POSTED', envelope, { messageId: 'msg_1', role: 'USER' })
    expect(story.state).toEqual({ ...initialState, version: 2 })
  })
})

describe('claiming', () => {
  test('F2: a claim that offers a session changes nothing about that session', () => {
    const before = history().ran('t1', 's1')
    const after = history().ran('t1', 's1').enqueued('t2').offered('t2', 's1')
    expect(after.state.bindings).toEqual(before.state.bindings)
    expect(after.state.workDir).toEqual(before.state.workDir)
  })

  test("F2: a session remembers the agent's revision, the account and the store of the claim that made it", () => {
    const story = history()
      .enqueued('t1')
      .claimed('t1', { agentRevision: 7, account: 'acct-1', store: 'store-1' })
      .started('t1')
      .pinned('t1', 's1')
    expect(story.binding('s1')).toMatchObject({ agentRevision: 7, account: 'acct-1', store: 'store-1' })
  })

  test('F2: a session that was resumed remembers the newest claim that used it', () => {
    const story = history()
      .enqueued('t1')
      .claimed('t1', { agentRevision: 1, account: 'acct-1', store: 'store-1' })
      .started('t1')
      .completed('t1', { sessionId: 's1' })
      .enqueued('t2')
      .offered('t2', 's1', { agentRevision: 2, account: 'acct-2', store: 'store-2' })
      .started('t2', 'RESUMED')
      .completed('t2', { sessionId: 's1' })
    expect(story.binding('s1')).toMatchObject({ agentRevision: 2, account: 'acct-2', store: 'store-2' })
  })

  test('F2: a claim without fingerprints keeps the known ones of the same runtime', () => {
    const story = history().enqueued('t1').claimed('t1', { account: 'acct-1', store: 'store-1' }).started('t1')
    story.completed('t1', { sessionId: 's1' }).ran('t2', 's1')
    expect(story.binding('s1')).toMatchObject({ account: 'acct-1', store: 'store-1' })
  })

  test('F2: a session that moved to another runtime loses the old fingerprints', () => {
    const story = history().enqueued('t1').claimed('t1', { account: 'acct-1', store: 'store-1' }).started('t1')
    story.completed('t1', { sessionId: 's1' }).ran('t2', 's1', SERVER)
    expect(story.binding('s1')).toMatchObject({ account: null, store: null })
  })

  test('F2: a claim ends when its task ends or is released', () => {
    expect(history().running('t1').state.run).toMatchObject({ taskId: 't1', started: true })
    expect(history().running('t1').completed('t1').state.run).toBe(null)
    expect(history().running('t1').failed('t1').state.run).toBe(null)
    expect(history().running('t1').cancelled('t1').state.run).toBe(null)
    expect(history().enqueued('t1').claimed('t1').released('t1').state.run).toBe(null)
  })

  test('F2: an imported claim has no decision, so a refusal on it retires nothing', () => {
    const story = history().ran('t1', 's1').enqueued('t2').claimed('t2', null).started('t2', 'REFUSED')
    expect(story.binding('s1').state).toBe('RESUMABLE')
  })

  test('F2: an imported claim leaves the revision, account and store of its session unknown', () => {
    const story = history().enqueued('t1').claimed('t1', null).started('t1').pinned('t1', 's1')
    expect(story.binding('s1')).toMatchObject({ agentRevision: null, account: null, store: null })
  })
})

describe('starting', () => {
  test('F3: a session that the provider refused is retired, with the start as the evidence', () => {
    const story = history().ran('t1', 's1').enqueued('t2').offered('t2', 's1').started('t2', 'REFUSED')
    expect(story.binding('s1')).toMatchObject({ state: 'RETIRED', evidenceVersion: story.version })
  })

  test.each(['RESUMED', 'NOT_ATTEMPTED', null] as const)('F3: a start that says %s changes no session', (result) => {
    const claimed = history().ran('t1', 's1').enqueued('t2').offered('t2', 's1')
    const before = claimed.state.bindings
    expect(claimed.started('t2', result).state.bindings).toEqual(before)
  })

  test('F3: REFUSED on a claim without an offer retires nothing', () => {
    const story = history().ran('t1', 's1').enqueued('t2').claimed('t2').started('t2', 'REFUSED')
    expect(story.binding('s1').state).toBe('RESUMABLE')
  })

  test('F3: a refused run continues fresh, and its new session is resumable', () => {
    const story = history().ran('t1', 's1').enqueued('t2').offered('t2', 's1').started('t2', 'REFUSED')
    story.pinned('t2', 's2').completed('t2')
    expect(story.binding('s1').state).toBe('RETIRED')
    expect(decide(story)).toMatchObject({ outcome: 'RESUME', sessionId: 's2' })
  })

  test('F3: if the run then fails, the refusal stays the evidence', () => {
    const story = history().ran('t1', 's1').enqueued('t2').offered('t2', 's1').started('t2', 'REFUSED')
    const refusal = story.version
    expect(story.failed('t2').binding('s1')).toMatchObject({ state: 'RETIRED', evidenceVersion: refusal })
  })

  test('F3: a refusal retires only the offered session, not a newer one', () => {
    const story = history().ran('t1', 's1', LAPTOP).ran('t2', 's2', SERVER).enqueued('t3').offered('t3', 's1')
    story.started('t3', 'REFUSED')
    expect(story.binding('s1').state).toBe('RETIRED')
    expect(story.binding('s2').state).toBe('RESUMABLE')
  })
})

describe('releasing a claim', () => {
  test.each(['RELEASED', 'LEASE_EXPIRED'] as const)('F14: %s changes no session', (cause) => {
    const claimed = history().ran('t1', 's1').enqueued('t2').offered('t2', 's1')
    const before = claimed.state
    const after = claimed.released('t2', cause).state
    expect(after.bindings).toEqual(before.bindings)
    expect(after.workDir).toEqual(before.workDir)
    expect(after.gapFlag).toBe(before.gapFlag)
  })

  test('F14: later failures do not count against the offer of a released claim', () => {
    const story = history().ran('t1', 's1').enqueued('t2').offered('t2', 's1').released('t2').claimed('t2')
    expect(story.started('t2').overflowed('t2').binding('s1').state).toBe('RESUMABLE')
  })

  test('F14: a released task that expires in the queue does not count against the session', () => {
    const story = history().ran('t1', 's1').enqueued('t2').offered('t2', 's1').released('t2')
    expect(story.failed('t2', { failureReason: 'queue_expired' }).binding('s1').resumeFailures).toBe(0)
  })

  test('F14: a session that was pinned before the release stays known', () => {
    const story = history().enqueued('t1').claimed('t1').pinned('t1', 's1', '/dirs/t1').released('t1')
    expect(story.binding('s1')).toMatchObject({ state: 'RESUMABLE', runtimeId: LAPTOP, workDir: '/dirs/t1' })
  })

  test('F14: a failure before the start counts only against the session that the failed claim offered', () => {
    const story = history().ran('t1', 's1').enqueued('t2').offered('t2', 's1').released('t2', 'LEASE_EXPIRED')
    expect(story.claimed('t2').failed('t2').binding('s1').resumeFailures).toBe(0)
  })
})
