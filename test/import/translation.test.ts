import { describe, expect, it } from 'vitest'
import type { SourceTask } from '../../src/import/source/source-rows.js'
import { aMessage, aTask, aWaitingTask, LAPTOP, minute, SERVER, timeAt, translated } from './given-rows.js'

const never = { dispatchedAt: null, startedAt: null, completedAt: null }
const eventOf = (rows: SourceTask[], type: string) =>
  translated({ tasks: rows }).events.find((event) => event.type === type)

describe('a row of each status', () => {
  const RUN = ['TASK_ENQUEUED t1', 'TASK_CLAIMED t1', 'TASK_STARTED t1']
  it.each([
    ['completed', {}, [...RUN, 'TASK_COMPLETED t1']],
    ['completed', never, [...RUN, 'TASK_COMPLETED t1']],
    ['failed', {}, [...RUN, 'TASK_FAILED t1']],
    ['failed', { startedAt: null }, ['TASK_ENQUEUED t1', 'TASK_CLAIMED t1', 'TASK_FAILED t1']],
    ['failed', never, ['TASK_ENQUEUED t1', 'TASK_FAILED t1']],
    ['cancelled', { sessionId: 's1' }, [...RUN, 'SESSION_PINNED t1', 'TASK_CANCELLED t1']],
    ['cancelled', {}, [...RUN, 'TASK_CANCELLED t1']],
    ['cancelled', never, ['TASK_ENQUEUED t1', 'TASK_CANCELLED t1']],
    ['running', { completedAt: null }, [...RUN, 'TASK_FAILED t1']],
    ['waiting_local_directory', { completedAt: null }, [...RUN, 'TASK_FAILED t1']],
    ['dispatched', { startedAt: null, completedAt: null }, ['TASK_ENQUEUED t1', 'TASK_CLAIMED t1', 'TASK_FAILED t1']],
    ['queued', never, ['TASK_ENQUEUED t1']],
    ['deferred', never, ['TASK_ENQUEUED t1']],
  ])('%s, %o, becomes legal transitions', (status, row, steps) => {
    const { story } = translated({ tasks: [aTask('t1', 1, { status, ...row })], messages: [aMessage('m1', 0.5)] })
    expect(story).toEqual(['CONVERSATION_OPENED', 'MESSAGE_POSTED m1', ...steps])
  })

  it('completed: session, directory, retired session and missing transcript come from the row', () => {
    const row = { sessionId: 's2', workDir: '/w', retiredSessionId: 's1', sessionRolloutMissing: true }
    expect(eventOf([aTask('t1', 1, row)], 'TASK_COMPLETED')?.data).toEqual({
      sessionId: 's2',
      workDir: '/w',
      retiredSessionId: 's1',
      transcriptMissing: true,
      messageId: null,
    })
  })

  it.each([
    [{ failureReason: 'timeout' }, { failureReason: 'timeout', resumeSafe: true, retryable: true }],
    [{ failureReason: 'context_overflow' }, { failureReason: 'context_overflow', resumeSafe: false }],
    [{ error: '400 invalid_request_error' }, { failureReason: 'unknown', resumeSafe: false, retryable: false }],
    [{}, { failureReason: 'unknown', errorBytes: 0, resumeSafe: true, retryable: false }],
  ])('failed with %o is classified by Baton’s rules', (row, verdict) => {
    expect(eventOf([aTask('t1', 1, { status: 'failed', ...row })], 'TASK_FAILED')?.data).toMatchObject(verdict)
  })

  it('running: fails with runtime_recovery and keeps its pinned session', () => {
    const row = { status: 'running', completedAt: null, sessionId: 's1', failureReason: 'context_overflow' }
    const { binding, events, report } = translated({ tasks: [aTask('t1', 1, row)] })
    expect(events.at(-1)?.data).toMatchObject({ failureReason: 'runtime_recovery', sessionId: 's1', resumeSafe: true })
    expect(binding('s1')?.state).toBe('RESUMABLE')
    expect(report.abandonedTasks).toBe(1)
  })

  it('deferred: waits until it is due', () => {
    const event = eventOf([aWaitingTask('t1', 1, { status: 'deferred', fireAt: minute(90) })], 'TASK_ENQUEUED')
    expect(event?.data).toMatchObject({ availableAt: timeAt(90) })
  })

  it('unknown: is skipped, counted and named', () => {
    const { report, story } = translated({ tasks: [aTask('t1', 1, { status: 'dreaming' })] })
    expect(story).toEqual(['CONVERSATION_OPENED'])
    expect(report).toMatchObject({ tasks: 0, skippedTasks: 1, notes: ['task t1 is dreaming: skipped'] })
  })
})

describe('times', () => {
  it("every event has the source's own", () => {
    const { events, times } = translated({ tasks: [aTask('t1', 1)], messages: [aMessage('m1', 0.5)] })
    const moments = events.map(({ occurredAt }) => occurredAt?.toISOString())
    expect(moments).toEqual([0, 0.5, 1, 1.1, 1.2, 1.9].map(timeAt))
    expect([times.createdAt, times.updatedAt].map((time) => time.toISOString())).toEqual([timeAt(0), timeAt(1000)])
  })

  it.each([
    [{}, 1.9],
    [{ completedAt: null }, 1.2],
    [{ completedAt: null, startedAt: null }, 1.1],
    [never, 1],
  ])('the end of a row with %o is at minute %d', (row, at) => {
    const [event] = translated({ tasks: [aTask('t1', 1, row)] }).events.slice(-1)
    expect(event?.occurredAt?.toISOString()).toBe(timeAt(at))
  })

  it('claims have no decision, because the source records none', () => {
    expect(eventOf([aTask('t1', 1)], 'TASK_CLAIMED')?.data).toMatchObject({ decision: null })
  })
})

describe('order', () => {
  it('overlapping rows become consecutive runs, in the order of their ends', () => {
    const rows = [
      aTask('long', 1, { completedAt: minute(9), sessionId: 's-long' }),
      aTask('short', 2, { completedAt: minute(3), sessionId: 's-short' }),
    ]
    const { story, state } = translated({ tasks: rows })
    expect(story.slice(1)).toEqual([
      ...['TASK_ENQUEUED long', 'TASK_ENQUEUED short'],
      ...['TASK_CLAIMED short', 'TASK_STARTED short', 'TASK_COMPLETED short'],
      ...['TASK_CLAIMED long', 'TASK_STARTED long', 'TASK_COMPLETED long'],
    ])
    expect(state.bindings.map(({ sessionId }) => sessionId)).toEqual(['s-long', 's-short'])
  })

  it('rows that end in the same microsecond are ordered by id', () => {
    const end = { completedAt: minute(5) }
    const { state } = translated({
      tasks: [aTask('b', 1, { ...end, sessionId: 's-b' }), aTask('a', 2, { ...end, sessionId: 's-a' })],
    })
    expect(state.bindings.map(({ sessionId }) => sessionId)).toEqual(['s-b', 's-a'])
  })

  it('rows that end in the same millisecond are ordered by microsecond', () => {
    const { state } = translated({
      tasks: [
        aTask('a', 1, { completedAt: minute(5) + 2, sessionId: 's-later' }),
        aTask('b', 2, { completedAt: minute(5) + 1, sessionId: 's-earlier' }),
      ],
    })
    expect(state.bindings.map(({ sessionId }) => sessionId)).toEqual(['s-later', 's-earlier'])
  })

  it('a retry that was created with the failure of its parent comes after it', () => {
    const parent = aTask('parent', 1, { status: 'failed', failureReason: 'timeout' })
    const child = aWaitingTask('child', 1.9, { retryOfTaskId: 'parent', attempt: 2 })
    expect(translated({ tasks: [child, parent], messages: [aMessage('m1', 0.5)] }).story.slice(-2)).toEqual([
      'TASK_FAILED parent',
      'TASK_ENQUEUED child',
    ])
  })

  it('a row with times in the wrong order is still claimed after it was enqueued', () => {
    const { story } = translated({
      tasks: [aTask('t1', 9, { dispatchedAt: minute(1), startedAt: minute(2), completedAt: minute(3) })],
    })
    expect(story.slice(1)).toEqual(['TASK_ENQUEUED t1', 'TASK_CLAIMED t1', 'TASK_STARTED t1', 'TASK_COMPLETED t1'])
  })
})

describe('sources of tasks', () => {
  it.each([
    [{ retryOfTaskId: 'p' }, { retryOf: 'agent_task_queue:p', rerunOf: null }],
    [{ parentTaskId: 'p' }, { retryOf: 'agent_task_queue:p', rerunOf: null }],
    [
      { parentTaskId: 'p', rerunOfTaskId: 'p' },
      { retryOf: null, rerunOf: 'agent_task_queue:p' },
    ],
    [{ rerunOfTaskId: 'of another chat' }, { retryOf: null, rerunOf: null }],
  ])('%o', (row, expected) => {
    const messages = [aMessage('m1', 0.5), aMessage('m2', 2)]
    const { events } = translated({ tasks: [aTask('p', 1), aWaitingTask('t', 3, row)], messages })
    expect(events.at(-1)?.data).toMatchObject(expected)
  })

  it.each(['cancelled', 'failed', 'running'])(
    'a retry that is %s before it ran does not report the session it inherited',
    (status) => {
      const parent = aTask('p', 1, { status: 'failed', failureReason: 'timeout', sessionId: 's1', runtimeId: LAPTOP })
      const inherits = { status, sessionId: 's1', runtimeId: SERVER, retryOfTaskId: 'p', ...never }
      const { binding } = translated({ tasks: [parent, aTask('c', 3, inherits)] })
      expect(binding('s1')).toMatchObject({ runtimeId: 'rt_laptop', state: 'RESUMABLE' })
    },
  )

  it('a queued task without a runtime waits for its agent’s runtime', () => {
    expect(eventOf([aWaitingTask('t1', 1, { runtimeId: null })], 'TASK_ENQUEUED')?.runtimeId).toBe('rt_laptop')
  })
})

describe('a cancelled run', () => {
  it.each([
    [{ retiredSessionId: 's1' }, 'RESET'],
    [{ sessionId: 's1', sessionRolloutMissing: true }, 'RESET'],
    [{ sessionId: 's1' }, 'RESUMABLE'],
  ])('with %o leaves s1 %s', (row, state) => {
    const tasks = [aTask('t1', 1, { sessionId: 's1' }), aTask('t2', 3, { status: 'cancelled', ...row })]
    expect(translated({ tasks }).binding('s1')?.state).toBe(state)
  })

  it('without transcript does not condemn a session that a later run reported', () => {
    const lost = aTask('t1', 1, { status: 'cancelled', sessionId: 's1', sessionRolloutMissing: true })
    expect(translated({ tasks: [lost, aTask('t2', 3, { sessionId: 's1' })] }).binding('s1')?.state).toBe('RESUMABLE')
  })
})
