import { describe, expect, it } from 'vitest'
import type { TaskEnqueued } from '../../src/session-pointer/events.js'
import { classifyFailure } from '../../src/session-pointer/failure-class.js'
import { enqueuedEvent } from '../../src/tasks/enqueued-event.js'
import { planRetry } from '../../src/tasks/retry.js'
import type { RetryPlan } from '../../src/tasks/retry.js'
import { given, RUNTIME, taskAfter, taskThat } from './given-task.js'

const NOW = '2026-01-05T09:00:00.000Z'
const IN_FIVE_SECONDS = '2026-01-05T09:00:05.000Z'
const NO_RERUN = { sourceHasQueuedRerun: false, place: null }

function retryAfter(failureReason: string, data: Partial<TaskEnqueued> = {}): RetryPlan | null {
  const verdict = classifyFailure({ reason: failureReason, error: '' })
  const failed = given.failed({ failureReason, errorBytes: 0, ...verdict })
  return planRetry(taskAfter(given.enqueued(data), given.claimed(), given.started(), failed), NO_RERUN, NOW)
}

const NETWORK = ['provider_network', 'agent_error.provider_network']
const OTHERS = ['runtime_offline', 'runtime_recovery', 'timeout', 'codex_semantic_inactivity']

describe('which failures are retried', () => {
  it.each([...OTHERS, ...NETWORK])('%s is retried', (reason) => {
    expect(retryAfter(reason)).toMatchObject({ attempt: 2, retryOf: 'task_1' })
  })

  it.each(['agent_error', 'context_overflow', 'queue_expired', 'iteration_limit', 'Timeout'])(
    '%s is not retried',
    (reason) => {
      expect(retryAfter(reason)).toBeNull()
    },
  )

  it('only failed tasks are retried', () => {
    const { isQueued, isClaimed, isRunning, isCompleted, isCancelled } = taskThat
    for (const task of [isQueued, isClaimed, isRunning, isCompleted, isCancelled]) {
      expect(planRetry(task(), NO_RERUN, NOW)).toBeNull()
    }
  })

  it('the recorded verdict decides, even if the classifier changes later', () => {
    const failed = given.failed({ failureReason: 'a reason of old', retryable: true })
    expect(planRetry(taskAfter(given.enqueued(), failed), NO_RERUN, NOW)).toMatchObject({ attempt: 2 })
  })

  it('a queued rerun of the same source replaces the automatic retry', () => {
    const failed = given.failed({ failureReason: 'timeout', retryable: true })
    expect(planRetry(taskAfter(given.enqueued(), failed), { sourceHasQueuedRerun: true, place: null }, NOW)).toBeNull()
  })
})

describe('how often', () => {
  it.each([...OTHERS, ...NETWORK])('maxAttempts 1 disables retries, also of %s', (reason) => {
    expect(retryAfter(reason, { maxAttempts: 1 })).toBeNull()
  })

  it.each(OTHERS)('%s: while attempt is below maxAttempts', (reason) => {
    expect(retryAfter(reason, { attempt: 2, maxAttempts: 3 })).toMatchObject({ attempt: 3, maxAttempts: 3 })
    expect(retryAfter(reason, { attempt: 3, maxAttempts: 3 })).toBeNull()
    expect(retryAfter(reason, { attempt: 2, maxAttempts: 2 })).toBeNull()
  })

  it.each(NETWORK)('%s: three attempts if maxAttempts is at least 2, and more only if it says so', (reason) => {
    expect(retryAfter(reason, { attempt: 2, maxAttempts: 2 })).toMatchObject({ attempt: 3, maxAttempts: 2 })
    expect(retryAfter(reason, { attempt: 3, maxAttempts: 2 })).toBeNull()
    expect(retryAfter(reason, { attempt: 4, maxAttempts: 5 })).toMatchObject({ attempt: 5 })
    expect(retryAfter(reason, { attempt: 5, maxAttempts: 5 })).toBeNull()
  })
})

describe('when', () => {
  it.each([...OTHERS, ...NETWORK])('the first retry after %s may be claimed at once', (reason) => {
    expect(retryAfter(reason)?.availableAt).toBe(NOW)
  })

  it.each(NETWORK)('the second retry after %s waits 5 s', (reason) => {
    expect(retryAfter(reason, { attempt: 2 })?.availableAt).toBe(IN_FIVE_SECONDS)
  })

  it.each(OTHERS)('the second retry after %s waits no longer than the first', (reason) => {
    expect(retryAfter(reason, { attempt: 2, maxAttempts: 3 })?.availableAt).toBe(NOW)
  })
})

describe('the child', () => {
  it('has the same agent, runtime, kind and input messages, and is a rerun if its parent was one', () => {
    const data = { inputMessageIds: ['msg_1', 'msg_2'], rerunOf: 'task_0', priority: 1, maxAttempts: 3 }
    expect(retryAfter('timeout', data)).toEqual({
      kind: 'ISSUE',
      agentId: 'agt_1',
      runtimeId: RUNTIME,
      priority: 1,
      attempt: 2,
      maxAttempts: 3,
      retryOf: 'task_1',
      rerunOf: 'task_0',
      forceFreshSession: false,
      forceFreshWorkDir: false,
      availableAt: NOW,
      inputMessageIds: ['msg_1', 'msg_2'],
    })
  })

  it('of a chat comes before messages that were queued later, and keeps a higher priority', () => {
    expect(retryAfter('timeout', { kind: 'CHAT', priority: 2 })?.priority).toBe(3)
    expect(retryAfter('timeout', { kind: 'CHAT', priority: 7 })?.priority).toBe(7)
  })

  it('takes the place of the turn that it retries', () => {
    const failed = given.failed({ retryable: true })
    const plan = planRetry(taskAfter(given.enqueued(), failed), { sourceHasQueuedRerun: false, place: 4 }, NOW)
    if (plan === null) throw new Error('no retry was planned')
    expect(plan.place).toBe(4)
    expect(enqueuedEvent({ ...plan, taskId: 'task_2' }).data.place).toBe(4)
  })

  it('of issue work keeps its priority', () => {
    expect(retryAfter('timeout', { kind: 'ISSUE', priority: 0 })?.priority).toBe(0)
  })

  it('is on the runtime that the task was moved to', () => {
    const failed = given.failed({ retryable: true })
    const task = taskAfter(given.enqueued(), given.retargeted('rt_server'), failed)
    expect(planRetry(task, NO_RERUN, NOW)?.runtimeId).toBe('rt_server')
  })

  it('after codex_semantic_inactivity forces a fresh session, because the stalled one would stall again', () => {
    expect(retryAfter('codex_semantic_inactivity')?.forceFreshSession).toBe(true)
  })

  it.each(['runtime_offline', 'runtime_recovery', 'timeout', ...NETWORK])(
    'after %s forces a fresh session only if its parent did',
    (reason) => {
      expect(retryAfter(reason)).toMatchObject({ forceFreshSession: false, forceFreshWorkDir: false })
      const forced = { forceFreshSession: true, forceFreshWorkDir: true }
      expect(retryAfter(reason, forced)).toMatchObject(forced)
    },
  )

  it('is enqueued by the same builder as any other task', () => {
    const plan = retryAfter('timeout', { inputMessageIds: ['msg_1'] })
    if (plan === null) throw new Error('no retry was planned')
    const { runtimeId, ...data } = plan
    const event = enqueuedEvent({ ...plan, taskId: 'task_2' })
    expect(event).toEqual({ type: 'TASK_ENQUEUED', taskId: 'task_2', runtimeId, data })
  })
})
