import { describe, expect, it } from 'vitest'
import type { SourceChat, SourceTask } from '../../src/import/source/source-rows.js'
import { pointerOf } from '../../src/session-pointer/bindings.js'
import { DEFAULT_POLICY } from '../../src/session-pointer/resume-policy.js'
import { aChat, aTask, LAPTOP, SERVER, translated } from './given-rows.js'
import type { Translated } from './given-rows.js'

const ran = (id: string, at: number, sessionId: string, runtimeId: string | null, row: Partial<SourceTask> = {}) =>
  aTask(id, at, { sessionId, runtimeId, ...row })

const chatOf = (tasks: SourceTask[], chat: Partial<SourceChat>): Translated => translated({ chat: aChat(chat), tasks })

const verdictOn = ({ report }: Translated, sessionId: string) =>
  report.sessions.find((session) => session.sessionId === sessionId)

/** session, then where the pointer must be found: session and runtime of the pointer; the chat's session's own fate. */
const CASES: {
  promise: string
  tasks: SourceTask[]
  chat: Partial<SourceChat>
  pointer: [string, string] | null
  own: [state: string, runtimeId: string | null, verdict: string]
}[] = [
  {
    promise: 'a pointer with its runtime is kept, without any task',
    tasks: [],
    chat: { sessionId: 's1', runtimeId: SERVER },
    pointer: ['s1', 'rt_server'],
    own: ['RESUMABLE', 'rt_server', 'KEPT'],
  },
  {
    promise: 'a pointer without runtime is proven by the task that reported the same session',
    tasks: [ran('t1', 1, 's1', SERVER)],
    chat: { sessionId: 's1' },
    pointer: ['s1', 'rt_server'],
    own: ['RESUMABLE', 'rt_server', 'PROVEN'],
  },
  {
    promise: 'a pointer without runtime that no task reported is left unproven',
    tasks: [],
    chat: { sessionId: 's1' },
    pointer: null,
    own: ['UNPROVEN', null, 'UNPROVEN'],
  },
  {
    promise: "a stale pointer is never lent another session's runtime",
    tasks: [ran('t1', 1, 's2', LAPTOP)],
    chat: { sessionId: 's1' },
    pointer: ['s2', 'rt_laptop'],
    own: ['UNPROVEN', null, 'UNPROVEN'],
  },
  {
    promise: 'a stale pointer that an older task reported is an older candidate on its own runtime',
    tasks: [ran('t1', 1, 's1', LAPTOP), ran('t2', 2, 's2', SERVER)],
    chat: { sessionId: 's1' },
    pointer: ['s2', 'rt_server'],
    own: ['RESUMABLE', 'rt_laptop', 'PROVEN'],
  },
  {
    promise: 'a stale pointer with a runtime of its own is an older candidate, too',
    tasks: [ran('t1', 1, 's2', LAPTOP)],
    chat: { sessionId: 's1', runtimeId: SERVER },
    pointer: ['s2', 'rt_laptop'],
    own: ['RESUMABLE', 'rt_server', 'KEPT'],
  },
  {
    promise: 'a pointer that no task reported is older than every session that one did',
    tasks: [
      ran('t1', 1, 's2', SERVER),
      ran('t2', 2, 's3', LAPTOP, { status: 'failed', failureReason: 'iteration_limit' }),
    ],
    chat: { sessionId: 's1', runtimeId: LAPTOP },
    pointer: ['s2', 'rt_server'],
    own: ['RESUMABLE', 'rt_laptop', 'KEPT'],
  },
  {
    promise: 'a stale pointer is an older candidate, too, where it names the runtime that an older task reported',
    tasks: [ran('t1', 1, 's1', LAPTOP), ran('t2', 2, 's2', SERVER)],
    chat: { sessionId: 's1', runtimeId: LAPTOP },
    pointer: ['s2', 'rt_server'],
    own: ['RESUMABLE', 'rt_laptop', 'KEPT'],
  },
  {
    promise: 'a pointer that no task reported is older than a resume that was too large to be read',
    tasks: [aTask('t1', 1, { status: 'failed', failureReason: 'codex_resume_oversized', runtimeId: LAPTOP })],
    chat: { sessionId: 's1', runtimeId: SERVER },
    pointer: null,
    own: ['RESET', 'rt_server', 'KEPT'],
  },
  {
    promise: 'a pointer to a runtime that the source no longer has is unproven',
    tasks: [],
    chat: { sessionId: 's1', runtimeId: 'gone' },
    pointer: null,
    own: ['UNPROVEN', null, 'UNPROVEN'],
  },
  {
    promise: 'a pointer does not heal a session that a later run poisoned',
    tasks: [
      ran('t1', 1, 's1', LAPTOP),
      ran('t2', 2, 's1', LAPTOP, { status: 'failed', failureReason: 'context_overflow' }),
    ],
    chat: { sessionId: 's1', runtimeId: LAPTOP },
    pointer: null,
    own: ['POISONED', 'rt_laptop', 'KEPT'],
  },
  {
    promise: 'where pointer and newest run name different runtimes for one session, the run counts',
    tasks: [ran('t1', 1, 's1', LAPTOP)],
    chat: { sessionId: 's1', runtimeId: SERVER },
    pointer: ['s1', 'rt_laptop'],
    own: ['RESUMABLE', 'rt_laptop', 'KEPT'],
  },
  {
    promise: 'a task without runtime is proven by another that reported the same session',
    tasks: [ran('t1', 1, 's1', SERVER), ran('t2', 2, 's1', null)],
    chat: { sessionId: 's1' },
    pointer: ['s1', 'rt_server'],
    own: ['RESUMABLE', 'rt_server', 'PROVEN'],
  },
  {
    promise: "a task without runtime is proven by its chat's row, for the same session",
    tasks: [ran('t1', 1, 's1', null)],
    chat: { sessionId: 's1', runtimeId: SERVER },
    pointer: ['s1', 'rt_server'],
    own: ['RESUMABLE', 'rt_server', 'PROVEN'],
  },
  {
    promise: "a task without runtime is not proven by another session's task, nor by its agent",
    tasks: [ran('t1', 1, 's1', null), ran('t2', 2, 's2', SERVER)],
    chat: { sessionId: 's1' },
    pointer: ['s2', 'rt_server'],
    own: ['UNPROVEN', null, 'UNPROVEN'],
  },
  {
    promise: 'a task that waits with the session of its parent proves nothing',
    tasks: [aTask('t1', 1, { status: 'queued', sessionId: 's1', runtimeId: SERVER })],
    chat: { sessionId: 's1' },
    pointer: null,
    own: ['UNPROVEN', null, 'UNPROVEN'],
  },
]

describe("a chat's pointer", () => {
  it.each(CASES)('$promise', ({ tasks, chat, pointer, own: [state, runtimeId, verdict] }) => {
    const conversation = chatOf(tasks, chat)
    const { binding } = pointerOf(conversation.state, DEFAULT_POLICY)
    expect(binding === null ? null : [binding.sessionId, binding.runtimeId]).toEqual(pointer)
    expect(conversation.binding('s1')).toMatchObject({ state, runtimeId })
    expect(verdictOn(conversation, 's1')).toMatchObject({ verdict, isPointer: pointer?.[0] === 's1' })
  })

  it('comes last if it is the newest, with its session, directory and runtime', () => {
    const chat = { sessionId: 's1', workDir: '/work/chat', runtimeId: LAPTOP }
    const { events } = chatOf([ran('t1', 1, 's1', LAPTOP)], chat)
    expect(events.at(-1)).toMatchObject({
      type: 'POINTER_IMPORTED',
      runtimeId: 'rt_laptop',
      data: { sessionId: 's1', workDir: '/work/chat', source: 'import:chat_session' },
    })
  })

  it('ranks below a newer session if it is stale, so that a resume of the newer one leaves no gap', () => {
    const { state } = chatOf([ran('t1', 1, 's2', LAPTOP)], { sessionId: 's1' })
    expect(state.bindings.map(({ sessionId }) => sessionId)).toEqual(['s2', 's1'])
  })

  it('comes before the run with newer facts, and not later than it: that run has the newest directory', () => {
    const tasks = [ran('t1', 1, 's1', LAPTOP), ran('t2', 2, 's2', SERVER, { workDir: '/work/t2' })]
    const { events, state } = chatOf(tasks, { sessionId: 's1', workDir: '/work/chat', runtimeId: LAPTOP })
    const at = events.findIndex(({ type }) => type === 'POINTER_IMPORTED')
    const claim = events.findLastIndex(({ type }) => type === 'TASK_CLAIMED')
    expect([at, events[at]?.occurredAt]).toEqual([claim - 1, events[claim]?.occurredAt])
    expect(state.workDir?.path).toBe('/work/t2')
  })

  it('names no runtime if a run reported the session on another one or as not resumable', () => {
    const pointer = { sessionId: 's1', runtimeId: SERVER }
    const failed = { status: 'failed', failureReason: 'context_overflow' }
    for (const task of [ran('t1', 1, 's1', LAPTOP), ran('t1', 1, 's1', SERVER, failed)]) {
      expect(chatOf([task], pointer).events.at(-1)).toMatchObject({ type: 'POINTER_IMPORTED', runtimeId: null })
    }
  })

  it('gives only its directory if it names no session', () => {
    const { state } = chatOf([], { workDir: '/work/chat' })
    expect(state).toMatchObject({ bindings: [], workDir: { path: '/work/chat' } })
  })

  it('gives no event if it is empty', () => {
    expect(chatOf([], {}).story).toEqual(['CONVERSATION_OPENED'])
  })

  it('is explained in the report: which task contradicts it, and about which session', () => {
    const stale = chatOf([ran('t1', 1, 's2', LAPTOP)], { sessionId: 's1' })
    expect(verdictOn(stale, 's1')?.why).toBe(
      'the chat names no known runtime, and no task with a runtime reported this session; the newest task with a ' +
        'session, t1, reported another one (s2) and does not lend its runtime',
    )
    expect(stale.report.notes).toEqual([
      "the chat's pointer was stale: it named s1, but the newest task with a session, t1, reported s2; the older session is a candidate at most",
    ])
  })
})

describe('an unproven session', () => {
  it('is poisoned, and not offered, once a row proves its runtime and a run has poisoned it', () => {
    const tasks = [ran('t1', 1, 's1', null, { status: 'failed', failureReason: 'context_overflow' })]
    expect(chatOf(tasks, { sessionId: 's1', runtimeId: LAPTOP }).binding('s1')?.state).toBe('POISONED')
  })

  it('does not bind the placeholder runtime', () => {
    const conversation = chatOf([ran('t1', 1, 's1', null)], {})
    expect(conversation.binding('s1')).toMatchObject({ state: 'UNPROVEN', runtimeId: null })
    expect(conversation.needsPlaceholder).toBe(true)
  })
})
