import { describe, expect, it } from 'vitest'
import type { SourceChat, SourceMessage, SourceTask } from '../../src/import/source/source-rows.js'
import { pointerOf } from '../../src/session-pointer/bindings.js'
import { DEFAULT_POLICY } from '../../src/session-pointer/resume-policy.js'
import { aChat, aMessage, aTask, aWaitingTask, minute, SERVER, translated } from './given-rows.js'

interface Shape {
  shape: string
  chat?: Partial<SourceChat>
  tasks: SourceTask[]
  messages?: SourceMessage[]
  /** What the next claim is offered; null: nothing. */
  offered: string | null
  states: Record<string, string>
}

const oversized = { status: 'failed', failureReason: 'codex_resume_oversized' }
const CODEX_SAYS = 'thread/resume failed: failed to read response: token too long'

const SHAPES: Shape[] = [
  {
    shape: 'a chat that was begun anew offers what it has known since',
    tasks: [aTask('t1', 1, { sessionId: 's1' }), aTask('t2', 3, { sessionId: 's2', contextRevision: 2 })],
    offered: 's2',
    states: { s1: 'RESET', s2: 'RESUMABLE' },
  },
  {
    shape: 'a straggler of the old generation comes before the new one’s run, whenever it ended',
    tasks: [
      aTask('t1', 1, { sessionId: 's1', contextRevision: 1, completedAt: minute(9) }),
      aTask('t2', 3, { sessionId: 's2', contextRevision: 2 }),
    ],
    offered: 's2',
    states: { s1: 'RESET', s2: 'RESUMABLE' },
  },
  {
    shape: 'a new generation without a run knows nothing',
    chat: { contextRevision: 2 },
    tasks: [aTask('t1', 1, { sessionId: 's1' })],
    offered: null,
    states: { s1: 'RESET' },
  },
  {
    shape: 'a task that waits in a new generation is told nothing of the old one',
    tasks: [aTask('t1', 1, { sessionId: 's1' }), aWaitingTask('t2', 3, { contextRevision: 2 })],
    messages: [aMessage('m1', 2.9, { contextRevision: 2 })],
    offered: null,
    states: { s1: 'RESET' },
  },
  {
    shape: 'a /new that nothing was asked after drops everything',
    chat: { contextRevision: 2, pendingFresh: true, sessionId: 's2', runtimeId: 'laptop' },
    tasks: [aTask('t1', 1, { sessionId: 's1' }), aTask('t2', 3, { sessionId: 's2', contextRevision: 2 })],
    offered: null,
    states: { s1: 'RESET', s2: 'RESET' },
  },
  {
    shape: 'the chat’s own pointer into the old generation is dropped with it',
    chat: { contextRevision: 2, sessionId: 's1', runtimeId: 'laptop' },
    tasks: [aTask('t1', 1, { sessionId: 's1' }), aTask('t2', 3, { sessionId: 's2', contextRevision: 2 })],
    offered: 's2',
    states: { s1: 'RESET', s2: 'RESUMABLE' },
  },
  {
    shape: 'a pointer that no row of a chat begun anew speaks of is of the old generation',
    chat: { contextRevision: 3, sessionId: 's0', runtimeId: 'laptop' },
    tasks: [],
    offered: null,
    states: { s0: 'RESET' },
  },
  {
    shape: 'the chat’s own pointer into the new generation stays',
    chat: { contextRevision: 2, sessionId: 's2', runtimeId: 'laptop' },
    tasks: [aTask('t1', 1, { sessionId: 's1' }), aTask('t2', 3, { sessionId: 's2', contextRevision: 2 })],
    offered: 's2',
    states: { s1: 'RESET', s2: 'RESUMABLE' },
  },
  {
    shape: 'a channel’s chat in its first generation is as any other',
    chat: { contextRevision: 1, sessionId: 's1', runtimeId: 'laptop' },
    tasks: [aTask('t1', 1, { sessionId: 's1', contextRevision: 1 })],
    offered: 's1',
    states: { s1: 'RESUMABLE' },
  },
  {
    shape: 'a resume that was too large to be read poisons the newest session of its runtime, and drops the older ones',
    tasks: [aTask('t1', 1, { sessionId: 's1' }), aTask('t2', 3, { sessionId: 's2' }), aTask('t3', 5, oversized)],
    offered: null,
    states: { s1: 'RESET', s2: 'POISONED' },
  },
  {
    shape: 'it is known by its text as well',
    tasks: [aTask('t1', 1, { sessionId: 's1' }), aTask('t2', 3, { status: 'failed', error: CODEX_SAYS })],
    offered: null,
    states: { s1: 'POISONED' },
  },
  {
    shape: 'half of that text says nothing of a session',
    tasks: [aTask('t1', 1, { sessionId: 's1' }), aTask('t2', 3, { status: 'failed', error: 'token too long' })],
    offered: 's1',
    states: { s1: 'RESUMABLE' },
  },
  {
    shape: 'the thread that replaced it is offered, and what completed later is clean again',
    tasks: [
      aTask('t1', 1, { sessionId: 's1' }),
      aTask('t2', 3, { sessionId: 's2' }),
      aTask('t3', 5, oversized),
      aTask('t4', 7, { sessionId: 's1' }),
      aTask('t5', 9, { sessionId: 's3' }),
    ],
    offered: 's3',
    states: { s1: 'RESUMABLE', s2: 'POISONED', s3: 'RESUMABLE' },
  },
  {
    shape: 'a session of another runtime was not what was offered, but is dropped all the same',
    tasks: [
      aTask('t1', 1, { sessionId: 's1' }),
      aTask('t2', 3, { sessionId: 's2', runtimeId: SERVER }),
      aTask('t3', 5, oversized),
    ],
    offered: null,
    states: { s1: 'POISONED', s2: 'RESET' },
  },
  {
    shape: 'a session that the chat alone names was there before the overflow, and is what it was offered',
    chat: { sessionId: 's0', runtimeId: 'laptop' },
    tasks: [aTask('t1', 1, oversized)],
    offered: null,
    states: { s0: 'POISONED' },
  },
  {
    shape: 'an overflow that names its session poisons that one alone',
    tasks: [
      aTask('t1', 1, { sessionId: 's1' }),
      aTask('t2', 3, { sessionId: 's2' }),
      aTask('t3', 5, { ...oversized, sessionId: 's2' }),
    ],
    offered: 's1',
    states: { s1: 'RESUMABLE', s2: 'POISONED' },
  },
  {
    shape: 'an empty message in the history poisons, also as "nonempty"',
    tasks: [
      aTask('t1', 1, { sessionId: 's1' }),
      aTask('t2', 3, {
        status: 'failed',
        sessionId: 's1',
        error: 'messages.3: text content blocks must be nonempty',
      }),
    ],
    offered: null,
    states: { s1: 'POISONED' },
  },
]

describe('sessions', () => {
  it.each(SHAPES)('$shape', ({ chat = {}, tasks, messages = [], offered, states }) => {
    const { state } = translated({ chat: aChat(chat), tasks, messages })
    expect(Object.fromEntries(state.bindings.map((one) => [one.sessionId, one.state]))).toEqual(states)
    expect(pointerOf(state, DEFAULT_POLICY).binding?.sessionId ?? null).toBe(offered)
  })
})

describe('the input of a task', () => {
  const inputs = (rows: SourceTask[], messages: SourceMessage[]) =>
    translated({ tasks: rows, messages }).events.flatMap(({ type, data }) =>
      type === 'TASK_ENQUEUED' && 'inputMessageIds' in data ? [data.inputMessageIds] : [],
    )

  it('contains no command', () => {
    const messages = [aMessage('m1', 1, { kind: 'channel_command', content: '/new' }), aMessage('m2', 2)]
    expect(inputs([aWaitingTask('t1', 3)], messages)).toEqual([['chat_message:m2']])
  })

  it('is from its own generation', () => {
    const messages = [aMessage('m1', 1), aMessage('m2', 2, { contextRevision: 2 }), aMessage('m3', 2.5)]
    const tasks = [aWaitingTask('t2', 3, { contextRevision: 2 }), aWaitingTask('t1', 4, { contextRevision: 1 })]
    expect(inputs(tasks, messages)).toEqual([['chat_message:m2'], ['chat_message:m1', 'chat_message:m3']])
  })
})

describe('a rerun', () => {
  const rerun = (row: Partial<SourceTask>) =>
    translated({ tasks: [aTask('p', 1), aWaitingTask('t', 3, row)], messages: [aMessage('m', 2)] }).events.find(
      ({ type, taskId }) => type === 'TASK_ENQUEUED' && taskId === 'agent_task_queue:t',
    )?.data

  it.each([
    [
      'of a row here is decided from it, whatever the flag says',
      { rerunOfTaskId: 'p', forceFreshSession: true },
      false,
    ],
    ['of a row of another conversation starts fresh', { rerunOfTaskId: 'elsewhere', forceFreshSession: false }, true],
    ['is none where only the flag is set', { forceFreshSession: true }, true],
  ])('%s', (_, row, forceFreshSession) => {
    expect(rerun(row)).toMatchObject({ forceFreshSession })
  })
})

describe('a queued task is cancelled, and the report says why', () => {
  it.each([
    [
      'it only regenerates quick actions, and is no turn',
      {},
      { regeneratesQuickActionsFor: 'm1' },
      [aMessage('m1', 0.5)],
    ],
    ['its chat is archived', { status: 'archived' }, {}, [aMessage('m1', 0.5)]],
    ['its agent is archived', { agentId: 'old' }, {}, [aMessage('m1', 0.5)]],
    ['it has no message to answer', {}, {}, []],
  ])('%s', (why, chat, row, messages) => {
    const { story, report } = translated({ chat: aChat(chat), tasks: [aWaitingTask('t1', 1, row)], messages })
    expect(story.at(-1)).toBe('TASK_CANCELLED t1')
    expect(report.notes).toContain(`task t1 was queued, and is cancelled: ${why}`)
    expect(report.waitingTasks).toBe(0)
  })

  it('except for a task with a question', () => {
    const { story } = translated({ tasks: [aWaitingTask('t1', 1)], messages: [aMessage('m1', 0.5)] })
    expect(story.at(-1)).toBe('TASK_ENQUEUED t1')
  })
})

describe('a time that cannot be stored', () => {
  const zero = Date.parse('0001-01-01T00:00:00Z') * 1000
  it.each([
    ['a zero time', { startedAt: zero }, '1000-01-01T00:00:00.000Z'],
    ['a year BC', { dispatchedAt: Date.parse('-000044-03-15T00:00:00Z') * 1000 }, '1000-01-01T00:00:00.000Z'],
    ['minus infinity', { createdAt: -Infinity }, '1000-01-01T00:00:00.000Z'],
    ['infinity', { completedAt: Infinity }, '9999-12-31T23:59:59.999Z'],
  ])('%s becomes the nearest storable time, and its row is named', (_, row, time) => {
    const { events, report } = translated({ tasks: [aTask('t1', 1, { sessionId: 's1', ...row })] })
    expect(events.map(({ occurredAt }) => occurredAt?.toISOString())).toContain(time)
    const [column] = Object.keys(row)
    expect(report.notes).toEqual([`task t1 has a ${column} that cannot be stored: it becomes ${time}`])
  })

  it('is also corrected for chats and messages, and other times stay unchanged', () => {
    const chat = aChat({ createdAt: zero, updatedAt: Infinity })
    const { times, report } = translated({ chat, messages: [aMessage('m1', 1, { createdAt: zero })] })
    expect([times.createdAt, times.updatedAt].map((time) => time.getUTCFullYear())).toEqual([1000, 9999])
    expect(report.notes).toHaveLength(3)
    expect(translated({ tasks: [aTask('t1', 1)] }).report.notes).toEqual([])
  })
})
