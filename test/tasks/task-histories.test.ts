import { describe, expect, it } from 'vitest'
import type { NewEvent } from '../../src/session-pointer/events.js'
import { applyTaskEvent } from '../../src/tasks/apply-task-event.js'
import { isActive, isTerminal } from '../../src/tasks/task-state.js'
import type { TaskState, TaskStatus } from '../../src/tasks/task-state.js'
import { given, inStream, RUNTIME, taskAfter, taskThat, timeOf } from './given-task.js'

const { enqueued, claimed, started, pinned, released, completed, failed, cancelled, retargeted } = given

const IN_STATUS: Record<TaskStatus, () => TaskState> = {
  QUEUED: taskThat.isQueued,
  CLAIMED: taskThat.isClaimed,
  RUNNING: taskThat.isRunning,
  COMPLETED: taskThat.isCompleted,
  FAILED: taskThat.isFailed,
  CANCELLED: taskThat.isCancelled,
}
const STATUSES = Object.keys(IN_STATUS) as TaskStatus[]

/** Where each event leads from each status; a status that is missing is illegal. */
const LEADS_TO: [NewEvent, Partial<Record<TaskStatus, TaskStatus>>][] = [
  [claimed(), { QUEUED: 'CLAIMED' }],
  [started(), { CLAIMED: 'RUNNING' }],
  [released(), { CLAIMED: 'QUEUED' }],
  [completed(), { RUNNING: 'COMPLETED' }],
  [failed(), { QUEUED: 'FAILED', CLAIMED: 'FAILED', RUNNING: 'FAILED' }],
  [cancelled(), { QUEUED: 'CANCELLED', CLAIMED: 'CANCELLED', RUNNING: 'CANCELLED' }],
  [pinned({ sessionId: 's1' }), { CLAIMED: 'CLAIMED', RUNNING: 'RUNNING' }],
  [retargeted('rt_server'), { QUEUED: 'QUEUED' }],
  [enqueued(), {}],
]

function next(task: TaskState | null, event: NewEvent) {
  const [placed] = inStream([event], 50)
  if (placed === undefined) throw new Error('no event')
  return applyTaskEvent(task, placed)
}

describe.each(LEADS_TO)('$type', (event, leadsTo) => {
  it.each(STATUSES.filter((status) => leadsTo[status] !== undefined))('is legal after %s', (status) => {
    expect(next(IN_STATUS[status](), event)).toMatchObject({ task: { status: leadsTo[status] } })
  })

  it.each(STATUSES.filter((status) => leadsTo[status] === undefined))(
    'after %s is a violation that names the event and the task',
    (status) => {
      expect(next(IN_STATUS[status](), event)).toHaveProperty(
        'violation',
        expect.stringMatching(`^${event.type} for task_1`),
      )
    },
  )

  it('never changes the given task', () => {
    for (const status of STATUSES) {
      const before = IN_STATUS[status]()
      next(before, event)
      expect(before).toEqual(IN_STATUS[status]())
    }
  })
})

describe('the creation of a task', () => {
  it('takes every field from its TASK_ENQUEUED', () => {
    const data = { kind: 'CHAT', priority: 2, attempt: 2, retryOf: 'task_0', rerunOf: 'task_s' } as const
    expect(taskAfter(enqueued({ ...data, forceFreshSession: true, inputMessageIds: ['msg_1'] }))).toEqual({
      id: 'task_1',
      kind: 'CHAT',
      status: 'QUEUED',
      agentId: 'agt_1',
      runtimeId: RUNTIME,
      priority: 2,
      attempt: 2,
      maxAttempts: 2,
      retryOf: 'task_0',
      rerunOf: 'task_s',
      forceFreshSession: true,
      forceFreshWorkDir: false,
      inputMessageIds: ['msg_1'],
      sessionId: null,
      workDir: null,
      failure: null,
      usage: null,
      accountWaits: null,
      createdAt: timeOf(1),
      availableAt: timeOf(1),
      claimedAt: null,
      startedAt: null,
      finishedAt: null,
      claimVersion: null,
      cancelledVersion: null,
      leaseSeconds: null,
    })
  })

  it.each(LEADS_TO.map(([event]) => event).filter((event) => event.type !== 'TASK_ENQUEUED'))(
    'needs a TASK_ENQUEUED first: $type is a violation',
    (event) => {
      expect(next(null, event)).toEqual({ violation: `${event.type} for task_1, which was never enqueued` })
    },
  )

  it('needs a runtime and an id', () => {
    expect(next(null, { ...enqueued(), runtimeId: null })).toHaveProperty('violation')
    expect(next(null, { ...enqueued(), taskId: null })).toHaveProperty('violation')
  })
})

describe('a claim', () => {
  it('has a time, a lease and a place', () => {
    const task = taskAfter(enqueued(), claimed(90))
    expect(task).toMatchObject({ claimedAt: timeOf(2), claimVersion: 2, leaseSeconds: 90, startedAt: null })
  })

  it('leaves no times and no lease after its release, and the next claim has its own', () => {
    const queuedAgain = taskAfter(enqueued(), claimed(), released())
    expect(queuedAgain).toMatchObject({ claimedAt: null, startedAt: null, leaseSeconds: null, finishedAt: null })
    expect(next(queuedAgain, claimed())).toMatchObject({ task: { claimedAt: timeOf(50), claimVersion: 50 } })
  })

  it('by a runtime other than the task’s is a violation', () => {
    expect(next(taskThat.isQueued(), { ...claimed(), runtimeId: 'rt_server' })).toEqual({
      violation: 'task_1 was claimed by rt_server, but was on rt_laptop',
    })
  })

  it('is legal on the runtime that the task was moved to', () => {
    const task = taskAfter(enqueued(), retargeted('rt_server'))
    expect(next(task, { ...claimed(), runtimeId: 'rt_server' })).toMatchObject({ task: { runtimeId: 'rt_server' } })
  })
})

describe('a move to another runtime', () => {
  it('from a runtime that was not the task’s is a violation', () => {
    expect(next(taskThat.isQueued(), retargeted('rt_server', 'rt_desk'))).toHaveProperty('violation')
  })

  it('without a target is a violation', () => {
    expect(next(taskThat.isQueued(), { ...retargeted('rt_server'), runtimeId: null })).toHaveProperty('violation')
  })
})

describe('session and work dir of a task', () => {
  const running = [enqueued(), claimed(), started()]

  it('are merged field by field, and later pins win', () => {
    const pins = [pinned({ sessionId: 's1', workDir: '/a' }), pinned({ workDir: '/b' }), pinned({ sessionId: 's2' })]
    expect(taskAfter(...running, ...pins)).toMatchObject({ sessionId: 's2', workDir: '/b' })
  })

  it.each([completed({ sessionId: 's2' }), failed({ sessionId: 's2' })])(
    'of $type win over pinned ones, field by field',
    (ending) => {
      const task = taskAfter(...running, pinned({ sessionId: 's1', workDir: '/a' }), ending)
      expect(task).toMatchObject({ sessionId: 's2', workDir: '/a' })
    },
  )

  it('F12: a late pin fills empty fields', () => {
    const task = taskAfter(...running, pinned({ workDir: '/a' }), cancelled())
    expect(next(task, pinned({ sessionId: 's1', cancelledVersion: 5 }))).toMatchObject({
      task: { status: 'CANCELLED', sessionId: 's1', workDir: '/a' },
    })
  })

  it.each([{ sessionId: 's2' }, { workDir: '/b' }])('F12: a late pin that overwrites (%o) is a violation', (data) => {
    const task = taskAfter(...running, pinned({ sessionId: 's1', workDir: '/a' }), cancelled())
    expect(next(task, pinned({ ...data, cancelledVersion: 5 }))).toHaveProperty('violation')
  })

  it('F12: a late pin with a wrong version of its cancellation is a violation', () => {
    expect(next(taskThat.isCancelled(), pinned({ sessionId: 's1', cancelledVersion: 3 }))).toHaveProperty('violation')
    expect(next(taskThat.isRunning(), pinned({ sessionId: 's1', cancelledVersion: 3 }))).toHaveProperty('violation')
  })
})

describe('an ending', () => {
  it('has a time', () => {
    expect(taskThat.isCompleted()).toMatchObject({ startedAt: timeOf(3), finishedAt: timeOf(4), failure: null })
    expect(taskThat.isFailed().finishedAt).toBe(timeOf(4))
    expect(taskThat.isCancelled()).toMatchObject({ finishedAt: timeOf(4), cancelledVersion: 4 })
  })

  it('by failure keeps the recorded verdict', () => {
    const data = { failureReason: 'timeout', errorBytes: 4, resumeSafe: false, retryable: true }
    const failure = { reason: 'timeout', fault: null, resumeSafe: false, retryable: true }
    expect(taskAfter(enqueued(), failed(data)).failure).toEqual(failure)
  })
})

it('an event of another task is a violation', () => {
  expect(next(taskThat.isQueued(), { ...claimed(), taskId: 'task_2' })).toEqual({
    violation: 'TASK_CLAIMED for task_2, not task_1',
  })
})

it.each<NewEvent>([
  {
    type: 'CONVERSATION_OPENED',
    taskId: null,
    runtimeId: null,
    data: { kind: 'CHAT', agentId: 'agt_1', issueKey: null },
  },
  { type: 'MESSAGE_POSTED', taskId: 'task_1', runtimeId: null, data: { messageId: 'msg_1', role: 'ASSISTANT' } },
  { type: 'SESSION_RESET', taskId: null, runtimeId: null, data: { sessionId: null, reason: null } },
  { type: 'POINTER_IMPORTED', taskId: null, runtimeId: null, data: { sessionId: 's1', workDir: null, source: 'chat' } },
])('$type changes no task', (event) => {
  const task = taskThat.isRunning()
  expect(next(task, event)).toEqual({ task })
  expect(next(null, event)).toEqual({ task: null })
})

it('a task is active exactly while it is held, and terminal exactly after its end', () => {
  expect(STATUSES.filter((status) => isActive(IN_STATUS[status]()))).toEqual(['CLAIMED', 'RUNNING'])
  expect(STATUSES.filter((status) => isTerminal(IN_STATUS[status]()))).toEqual(['COMPLETED', 'FAILED', 'CANCELLED'])
})
