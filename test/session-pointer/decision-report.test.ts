import { describe, expect, test } from 'vitest'
import { decide } from '../support/decide.js'
import { LAPTOP, SERVER, history, timeOf } from '../support/history.js'
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

describe('the report of a decision', () => {
  test('a decision names the version of the history that it is based on', () => {
    expect(decide(known()).basisVersion).toBe(5)
    expect(decide(history()).basisVersion).toBe(0)
  })

  test('every session is listed, newest first, with its own reason and evidence', () => {
    const story = known().ran('t2', 's2').running('t3', SERVER).pinned('t3', 's3').overflowed('t3')
    const { candidates } = decide(story)
    expect(candidates).toMatchObject([
      { sessionId: 's3', eligible: false, reason: 'SESSION_POISONED', evidenceVersion: story.version },
      { sessionId: 's2', eligible: true, reason: 'SAME_RUNTIME' },
      { sessionId: 's1', eligible: true, reason: 'SUPERSEDED' },
    ])
  })

  test('an older session that fails a check is listed with the reason of that check', () => {
    const story = history().ran('t1', 's1', SERVER).ran('t2', 's2', LAPTOP)
    expect(decide(story, { on: LAPTOP }).candidates).toMatchObject([
      { sessionId: 's2', eligible: true, reason: 'SAME_RUNTIME' },
      { sessionId: 's1', eligible: false, reason: 'RUNTIME_MISMATCH' },
    ])
  })

  test('if a rule forbids every session, none is eligible, and each is still listed with its own reason', () => {
    const story = known().running('t2').pinned('t2', 's2').overflowed('t2')
    expect(decide(story, { forceFreshSession: true }).candidates).toMatchObject([
      { sessionId: 's2', eligible: false, reason: 'SESSION_POISONED' },
      { sessionId: 's1', eligible: false, reason: 'FORCED_FRESH' },
    ])
    expect(decide(known(), { policy: { enabled: false } }).candidates).toMatchObject([{ eligible: false }])
    expect(decide(known().unknown()).candidates).toMatchObject([{ eligible: false }])
  })

  test('the evidence of a poisoned, retired or reset session is the event that made it so', () => {
    const story = known().resuming('t2', 's1').overflowed('t2')
    expect(decide(story).candidates).toMatchObject([{ sessionId: 's1', evidenceVersion: story.version }])
    const resetVersion = story.reset().version
    expect(decide(story).candidates).toMatchObject([{ sessionId: 's1', evidenceVersion: resetVersion }])
    expect(decide(story.ran('t3', 's1')).candidates).toMatchObject([{ evidenceVersion: resetVersion }])
  })

  test('every decision has a message of one sentence, and each reason has a different one', () => {
    const messages = [
      decide(history()),
      decide(known()),
      decide(known(), { on: SERVER }),
      decide(known(), { forceFreshSession: true }),
      decide(known(), { policy: { enabled: false } }),
      decide(known(), { account: 'acct-2' }),
      decide(known(), { store: 'store-2' }),
      decide(known(), { policy: { maxAgeSeconds: 1 }, now: timeOf(999) }),
      decide(known(), { revision: 2, policy: { onAgentChange: 'FRESH' } }),
      decide(known().unknown()),
      decide(known().reset()),
      decide(known().running('t2').pinned('t2', 's1').overflowed('t2')),
      decide(known().running('t2').completed('t2', { retiredSessionId: 's1' })),
      decide(known().running('t2').pinned('t2', 's1').completed('t2', { transcriptMissing: true })),
      decide(known().resuming('t2', 's1').failed('t2'), { policy: { maxResumeFailures: 1 } }),
      decide(history().imported('s1')),
    ].map((decision) => decision.message)
    expect(new Set(messages).size).toBe(messages.length)
    for (const message of messages) expect(message).toMatch(/^[A-Z].*[^.]\.$/s)
  })
})
