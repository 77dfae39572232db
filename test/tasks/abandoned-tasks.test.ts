import { describe, expect, it } from 'vitest'
import { expire, expireQueued, recover, takeRuntimeOffline } from '../../src/tasks/decide-abandoned.js'
import { eventOf, NOTHING_REPORTED, RUNTIME, taskThat } from './given-task.js'

const illegal = (status: string) => ({ kind: 'refused', code: 'ILLEGAL_TRANSITION', status })
const ENDED = [
  ['isCompleted', 'COMPLETED'],
  ['isFailed', 'FAILED'],
  ['isCancelled', 'CANCELLED'],
] as const

describe('an expired lease', () => {
  it('F14: returns an unstarted task to the queue and voids its claim', () => {
    const data = { cause: 'LEASE_EXPIRED', reason: null }
    expect(expire({ task: taskThat.isClaimed() })).toEqual({
      kind: 'accepted',
      events: [{ type: 'TASK_RELEASED', taskId: 'task_1', runtimeId: RUNTIME, data }],
      voidsClaim: true,
    })
  })

  it('fails a started run with timeout and voids its claim, and never returns it to the queue', () => {
    const decision = expire({ task: taskThat.isRunning() })
    expect(decision).toMatchObject({
      kind: 'accepted',
      voidsClaim: true,
      errorText: expect.stringMatching(/\w+\.$/) as string,
    })
    expect(eventOf(decision)).toMatchObject({ type: 'TASK_FAILED', data: { failureReason: 'timeout' } })
  })

  it.each([['isQueued', 'QUEUED'] as const, ...ENDED])('changes nothing for a task that %s', (is, status) => {
    expect(expire({ task: taskThat[is]() })).toEqual(illegal(status))
  })
})

describe.each([
  ['a daemon that started anew', recover, 'runtime_recovery'],
  ['a runtime taken offline', takeRuntimeOffline, 'runtime_offline'],
] as const)('%s', (_name, decide, failureReason) => {
  it.each(['isClaimed', 'isRunning'] as const)('fails a task that %s, and voids its claim', (is) => {
    const decision = decide({ task: taskThat[is]() })
    expect(decision).toMatchObject({
      kind: 'accepted',
      voidsClaim: true,
      errorText: expect.stringMatching(/\w+\.$/) as string,
    })
    expect(eventOf(decision)).toEqual({
      type: 'TASK_FAILED',
      taskId: 'task_1',
      runtimeId: RUNTIME,
      data: {
        ...NOTHING_REPORTED,
        failureReason,
        errorBytes: expect.any(Number) as number,
        resumeSafe: true,
        retryable: true,
        classifierVersion: 4,
        fault: 'MACHINE',
      },
    })
  })

  it.each([['isQueued', 'QUEUED'] as const, ...ENDED])('changes nothing for a task that %s', (is, status) => {
    expect(decide({ task: taskThat[is]() })).toEqual(illegal(status))
  })
})

describe('a task that waits too long', () => {
  it('fails with queue_expired, which is not retried', () => {
    const event = eventOf(expireQueued({ task: taskThat.isQueued() }))
    expect(event).toMatchObject({ type: 'TASK_FAILED', data: { failureReason: 'queue_expired', retryable: false } })
  })

  it.each([['isClaimed', 'CLAIMED'] as const, ['isRunning', 'RUNNING'] as const, ...ENDED])(
    'is never one that %s',
    (is, status) => {
      expect(expireQueued({ task: taskThat[is]() })).toEqual(illegal(status))
    },
  )
})
