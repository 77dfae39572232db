import type { SourceChat, SourceConversation, SourceMessage, SourceTask } from '../../src/import/source/source-rows.js'
import type { Names } from '../../src/import/translate/names.js'
import { translate } from '../../src/import/translate/translate.js'
import type { Translation } from '../../src/import/translate/translate.js'
import type { Binding, SessionState } from '../../src/session-pointer/session-state.js'
import { foldEvents } from '../../src/session-pointer/fold.js'
import { asStream } from '../../src/event-log/as-stream.js'

/** Two runtimes of the source, and what they are called here. */
export const LAPTOP = 'laptop'
export const SERVER = 'server'

const START = Date.parse('2025-03-01T09:00:00.000Z')

/** Minute n of the story, in microseconds. */
export function minute(n: number): number {
  return (START + n * 60_000) * 1000
}

export function timeAt(n: number): string {
  return new Date(START + n * 60_000).toISOString()
}

/** A chat's task that completed in the minute after `at`, on the laptop; what the test is about is overridden. */
export function aTask(id: string, at: number, row: Partial<SourceTask> = {}): SourceTask {
  return {
    id,
    agentId: 'ada',
    issueId: null,
    chatSessionId: 'chat',
    runtimeId: LAPTOP,
    status: 'completed',
    priority: 2,
    createdAt: minute(at),
    dispatchedAt: minute(at + 0.1),
    startedAt: minute(at + 0.2),
    completedAt: minute(at + 0.9),
    sessionId: null,
    workDir: null,
    attempt: 1,
    maxAttempts: 2,
    parentTaskId: null,
    failureReason: null,
    error: null,
    forceFreshSession: false,
    retryOfTaskId: null,
    rerunOfTaskId: null,
    sessionRolloutMissing: false,
    retiredSessionId: null,
    fireAt: null,
    contextRevision: null,
    regeneratesQuickActionsFor: null,
    triggerComment: null,
    earlierComments: null,
    handoffNote: null,
    ...row,
  }
}

/** The same, waiting: no daemon has seen it. */
export function aWaitingTask(id: string, at: number, row: Partial<SourceTask> = {}): SourceTask {
  return aTask(id, at, { status: 'queued', dispatchedAt: null, startedAt: null, completedAt: null, ...row })
}

export function aMessage(id: string, at: number, row: Partial<SourceMessage> = {}): SourceMessage {
  return {
    id,
    chatSessionId: 'chat',
    role: 'user',
    content: `Text of ${id}`,
    taskId: null,
    createdAt: minute(at),
    kind: 'message',
    contextRevision: null,
    ...row,
  }
}

export function aChat(row: Partial<SourceChat> = {}): SourceChat {
  return {
    id: 'chat',
    agentId: 'ada',
    title: 'A chat',
    sessionId: null,
    workDir: null,
    runtimeId: null,
    status: 'active',
    createdAt: minute(0),
    updatedAt: minute(1000),
    contextRevision: null,
    pendingFresh: false,
    ...row,
  }
}

const NAMES: Names = {
  issuePrefix: 'MUL',
  agents: new Map([['ada', 'agt_ada']]),
  archivedAgents: new Set(['old']),
  runtimes: new Map([
    [LAPTOP, 'rt_laptop'],
    [SERVER, 'rt_server'],
  ]),
  runtimeOfAgent: new Map([['ada', 'rt_laptop']]),
  placeholder: 'rt_placeholder',
  idOf: (table, sourceId) => `${table}:${sourceId}`,
}

export interface Translated extends Translation {
  state: SessionState
  binding: (sessionId: string) => Binding | undefined
  /** Each event as one word or two: its type, and the source's id of its task or message. */
  story: string[]
}

export function translated(conversation: Partial<SourceConversation>): Translated {
  const source = { chat: aChat(), thread: null, tasks: [], messages: [], ...conversation }
  const translation = translate(source, NAMES)
  const state = foldEvents(asStream(translation.events, 0, new Date(0)))
  const story = translation.events.map(({ type, taskId, data }) => {
    const about = 'messageId' in data && type === 'MESSAGE_POSTED' ? data.messageId : taskId
    return [type, about?.split(':')[1]].filter((word) => word !== undefined).join(' ')
  })
  return { ...translation, state, story, binding: (id) => state.bindings.find(({ sessionId }) => sessionId === id) }
}
