import { describe, expect, it } from 'vitest'
import { cancel, complete, fail, pin, release, start } from '../../src/tasks/decide.js'
import { MAX_ERROR_BYTES } from '../../src/tasks/recorded-failure.js'
import type { ClaimCommand, TaskDecision } from '../../src/tasks/task-decision.js'
import { eventOf, given, holderOf, NOTHING_REPORTED, RUNTIME, taskAfter, taskThat } from './given-task.js'

const { enqueued, claimed, started, pinned, cancelled } = given
const ENVELOPE = { taskId: 'task_1', runtimeId: RUNTIME }
const REPORTED = { sessionId: 's1', workDir: '/a', retiredSessionId: 's0', transcriptMissing: true }
const FRESH = { fromVersion: 1, toVersion: 7, turns: 2 }
const FAILURE = { ending: NOTHING_REPORTED, failureReason: 'agent_error', error: 'exit 1' }

const NOWHERE = { sessionId: null, workDir: null }

const COMMANDS: Record<string, (claim: ClaimCommand) => TaskDecision> = {
  start: (claim) => start({ ...claim, resumeResult: 'RESUMED', fresh: FRESH, ...NOWHERE }),
  pin: (claim) => pin({ ...claim, sessionId: 's1', workDir: '/a' }),
  complete: (claim) => complete({ ...claim, ending: NOTHING_REPORTED, messageId: null }),
  fail: (claim) => fail({ ...claim, ...FAILURE }),
  release: (claim) => release({ ...claim, reason: null }),
}

const illegal = (status: string) => ({ kind: 'refused', code: 'ILLEGAL_TRANSITION', status })
const REPEATED = { kind: 'repeated' }
const IGNORED = { kind: 'ignored' }

describe.each(Object.entries(COMMANDS))('%s', (_name, command) => {
  it.each(Object.entries(taskThat))(
    'with another token is a stale claim before any other check, for a task that %s',
    (_, task) => {
      expect(command({ task: task(), held: 'a', presented: 'b' })).toEqual({ kind: 'refused', code: 'STALE_CLAIM' })
    },
  )

  it.each(Object.entries(taskThat))('without a held claim is a stale claim, for a task that %s', (_, task) => {
    expect(command({ task: task(), held: null, presented: '' })).toEqual({ kind: 'refused', code: 'STALE_CLAIM' })
  })
})

describe.each<[string, keyof typeof taskThat, object]>([
  ['start', 'isQueued', illegal('QUEUED')],
  ['start', 'isClaimed', { kind: 'accepted', voidsClaim: false }],
  ['start', 'isRunning', REPEATED],
  ['start', 'isCompleted', illegal('COMPLETED')],
  ['start', 'isFailed', illegal('FAILED')],
  ['start', 'isCancelled', illegal('CANCELLED')],
  ['pin', 'isQueued', illegal('QUEUED')],
  ['pin', 'isClaimed', { kind: 'accepted', voidsClaim: false }],
  ['pin', 'isRunning', { kind: 'accepted', voidsClaim: false }],
  // F13
  ['pin', 'isCompleted', IGNORED],
  ['pin', 'isFailed', IGNORED],
  ['pin', 'isCancelled', { kind: 'accepted', voidsClaim: false }],
  ['complete', 'isQueued', illegal('QUEUED')],
  ['complete', 'isClaimed', illegal('CLAIMED')],
  ['complete', 'isRunning', { kind: 'accepted', voidsClaim: false }],
  ['complete', 'isCompleted', REPEATED],
  ['complete', 'isFailed', illegal('FAILED')],
  ['complete', 'isCancelled', illegal('CANCELLED')],
  ['fail', 'isQueued', illegal('QUEUED')],
  ['fail', 'isClaimed', { kind: 'accepted', voidsClaim: false }],
  ['fail', 'isRunning', { kind: 'accepted', voidsClaim: false }],
  ['fail', 'isCompleted', illegal('COMPLETED')],
  ['fail', 'isFailed', REPEATED],
  ['fail', 'isCancelled', illegal('CANCELLED')],
  ['release', 'isQueued', illegal('QUEUED')],
  ['release', 'isClaimed', { kind: 'accepted', voidsClaim: true }],
  ['release', 'isRunning', illegal('RUNNING')],
  ['release', 'isCompleted', illegal('COMPLETED')],
  ['release', 'isFailed', illegal('FAILED')],
  ['release', 'isCancelled', illegal('CANCELLED')],
])('%s by the holder, of a task that %s', (name, status, answer) => {
  it(`is answered ${JSON.stringify(answer)}`, () => {
    expect(COMMANDS[name]?.(holderOf(taskThat[status]()))).toMatchObject(answer)
  })
})

describe('the written event', () => {
  it('of a start has the result of the resume', () => {
    const event = eventOf(
      start({ ...holderOf(taskThat.isClaimed()), resumeResult: 'RESUMED', fresh: FRESH, ...NOWHERE }),
    )
    expect(event).toEqual({ type: 'TASK_STARTED', ...ENVELOPE, data: { resumeResult: 'RESUMED' } })
  })

  it('H5: of a refused start has the handoff range of a fresh one', () => {
    const event = eventOf(
      start({ ...holderOf(taskThat.isClaimed()), resumeResult: 'REFUSED', fresh: FRESH, ...NOWHERE }),
    )
    const data = { resumeResult: 'REFUSED', handoffRange: FRESH }
    expect(event).toEqual({ type: 'TASK_STARTED', ...ENVELOPE, data })
  })

  it('of a completion has everything that was reported', () => {
    const decision = complete({ ...holderOf(taskThat.isRunning()), ending: REPORTED, messageId: 'msg_2' })
    expect(eventOf(decision)).toEqual({
      type: 'TASK_COMPLETED',
      ...ENVELOPE,
      data: { ...REPORTED, messageId: 'msg_2' },
    })
  })

  it('of a release has its reason', () => {
    const event = eventOf(release({ ...holderOf(taskThat.isClaimed()), reason: 'no disk' }))
    expect(event).toEqual({ type: 'TASK_RELEASED', ...ENVELOPE, data: { cause: 'RELEASED', reason: 'no disk' } })
  })

  it('of a failure has the ending, the reason, the verdict, and only the length of the error', () => {
    const failure = { ending: REPORTED, failureReason: 'context_overflow', error: 'too much' }
    const event = eventOf(fail({ ...holderOf(taskThat.isRunning()), ...failure }))
    const verdict = { resumeSafe: false, retryable: false, fault: 'SESSION', classifierVersion: 4 }
    const data = { ...REPORTED, failureReason: 'context_overflow', errorBytes: 8, ...verdict }
    expect(event).toEqual({ type: 'TASK_FAILED', ...ENVELOPE, data })
  })
})

describe('a long error', () => {
  const failedWith = (error: string) => {
    const decision = fail({ ...holderOf(taskThat.isRunning()), ...FAILURE, error })
    const event = eventOf(decision)
    if (event.type !== 'TASK_FAILED' || decision.kind !== 'accepted') throw new Error(event.type)
    return { ...event.data, error: decision.errorText }
  }

  it('is kept whole up to the limit', () => {
    const error = 'x'.repeat(MAX_ERROR_BYTES)
    expect(failedWith(error)).toMatchObject({ error, errorBytes: MAX_ERROR_BYTES })
  })

  it('is cut at the limit in bytes, and no character is split', () => {
    expect(failedWith(`x${'é'.repeat(MAX_ERROR_BYTES)}`).error).toBe(`x${'é'.repeat(MAX_ERROR_BYTES / 2 - 1)}`)
    expect(failedWith(`x${'🦀'.repeat(MAX_ERROR_BYTES)}`).error).toBe(`x${'🦀'.repeat(MAX_ERROR_BYTES / 4 - 1)}`)
  })

  it('is classified before the cut: a marker behind the cut still makes it resume-unsafe', () => {
    expect(failedWith(`${'x'.repeat(MAX_ERROR_BYTES)} prompt_too_long`).resumeSafe).toBe(false)
  })
})

describe('a pin', () => {
  const running = [enqueued(), claimed(), started(), pinned({ sessionId: 's1', workDir: '/a' })]

  it.each([
    { sessionId: 's1', workDir: '/a' },
    { sessionId: 's1', workDir: null },
    { sessionId: null, workDir: '/a' },
    { sessionId: null, workDir: null },
  ])('that changes nothing is a repeat: %o', (fields) => {
    expect(pin({ ...holderOf(taskAfter(...running)), ...fields })).toEqual(REPEATED)
  })

  it('with one new field is written as sent', () => {
    const event = eventOf(pin({ ...holderOf(taskAfter(...running)), sessionId: null, workDir: '/b' }))
    const data = { sessionId: null, workDir: '/b', cancelledVersion: null }
    expect(event).toEqual({ type: 'SESSION_PINNED', ...ENVELOPE, data })
  })

  it('F12: after a cancellation fills only the empty field, and names the cancellation', () => {
    const task = taskAfter(enqueued(), claimed(), started(), pinned({ workDir: '/a' }), cancelled())
    const event = eventOf(pin({ ...holderOf(task), sessionId: 's9', workDir: '/z' }))
    expect(event.data).toEqual({ sessionId: 's9', workDir: null, cancelledVersion: 5 })
  })

  it('F12: after a cancellation with nothing left to fill is ignored', () => {
    const full = taskAfter(...running, cancelled())
    expect(pin({ ...holderOf(full), sessionId: 's9', workDir: '/z' })).toEqual(IGNORED)
    const withSession = taskAfter(enqueued(), claimed(), pinned({ sessionId: 's1' }), cancelled())
    expect(pin({ ...holderOf(withSession), sessionId: 's9', workDir: null })).toEqual(IGNORED)
  })
})

describe('a cancellation', () => {
  it.each(['isQueued', 'isClaimed', 'isRunning'] as const)(
    'needs no claim, and keeps it current, for a task that %s',
    (is) => {
      const event = { type: 'TASK_CANCELLED', ...ENVELOPE, data: { reason: 'wrong issue' } }
      const decision = cancel({ task: taskThat[is](), reason: 'wrong issue' })
      expect(decision).toEqual({ kind: 'accepted', events: [event], voidsClaim: false })
    },
  )

  it('sent again is a repeat', () => {
    expect(cancel({ task: taskThat.isCancelled(), reason: null })).toEqual(REPEATED)
  })

  it('of a task that has ended is refused with its status', () => {
    expect(cancel({ task: taskThat.isCompleted(), reason: null })).toEqual(illegal('COMPLETED'))
    expect(cancel({ task: taskThat.isFailed(), reason: null })).toEqual(illegal('FAILED'))
  })
})
