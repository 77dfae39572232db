import type { ConversationOpening, ConversationTimes, TimedEvent } from '../../event-log/append.js'
import { asStream } from '../../event-log/as-stream.js'
import { foldEvents } from '../../session-pointer/fold.js'
import type { SessionState } from '../../session-pointer/session-state.js'
import type { SourceChat, SourceConversation } from '../source/source-rows.js'
import { withinTimes } from './clamp-times.js'
import { conversationReport } from './conversation-report.js'
import type { ConversationReport } from './conversation-report.js'
import { droppedSessions } from './dropped-sessions.js'
import { taskMoments } from './enqueue-moments.js'
import { importedMessages, messageMoments } from './message-moments.js'
import type { ImportedMessage } from './message-moments.js'
import type { Names, SourceTable } from './names.js'
import { dateOf, sourceKey, sourceRows } from './names.js'
import { orderEvents } from './order-events.js'
import { tellOverflows } from './oversized-resumes.js'
import { ownMessages } from './own-messages.js'
import { placePointer } from './place-pointer.js'
import type { Placed } from './place-pointer.js'
import { proveRuntimes } from './prove-runtimes.js'
import { byCreation, revisionOf, taskStories } from './task-story.js'
import type { TaskStory } from './task-story.js'
import { taskTexts } from './task-texts.js'
import type { TaskTexts } from './task-texts.js'
import { withdrawWaiting } from './withdraw-waiting.js'

/** One translated conversation, with its report. */
export interface Translation {
  conversationId: string
  opening: ConversationOpening
  times: ConversationTimes
  events: TimedEvent[]
  messages: ImportedMessage[]
  texts: TaskTexts
  /** The conversation uses the placeholder runtime. */
  needsPlaceholder: boolean
  ids: { table: SourceTable; sourceId: string; id: string; row: object }[]
  report: ConversationReport
}

/** Translates a conversation. Pure: the same rows and names always give the same translation. */
export function translate(given: SourceConversation, names: Names): Translation {
  const { source, notes } = withinTimes(given)
  const { chat } = source
  const key = sourceKey(source)
  const createdAt = chat?.createdAt ?? source.tasks.toSorted(byCreation)[0]?.createdAt ?? 0
  const opening = openingOf(source, names)
  const conversationId = names.idOf(key.table, key.id, createdAt)
  const rowRuntime = chat?.runtimeId == null ? null : (names.runtimes.get(chat.runtimeId) ?? null)
  const pointer = { sessionId: chat?.sessionId ?? null, runtimeId: rowRuntime }
  const told = tellOverflows(proveRuntimes(taskStories(source.tasks, names), pointer), pointer)
  const owned = ownMessages(told, source.messages)
  const agentId = chat?.agentId ?? source.thread?.agentId ?? ''
  const stories = withdrawWaiting(told, source, names.archivedAgents.has(agentId), ({ row }) => {
    return owned.inputsOf.get(row.id) ?? []
  })
  const messages = importedMessages(source.messages, stories, owned, names)
  const ours = new Map(messages.map(({ sourceId, id }) => [sourceId, id]))
  const own = new Map([...ours, ...stories.map(({ row, taskId }) => [row.id, taskId] as const)])
  const answerOf = ({ row, end }: TaskStory) => {
    const answer = end === 'COMPLETED' ? owned.answerOf.get(row.id) : undefined
    return answer === undefined
      ? null
      : { messageId: ours.get(answer.id) ?? '', createdAt: answer.createdAt, content: answer.content, row: answer.id }
  }
  const inputsOf = ({ row }: TaskStory) => (owned.inputsOf.get(row.id) ?? []).map((id) => ours.get(id) ?? '')
  const answers = new Set(stories.flatMap((story) => answerOf(story)?.row ?? []))
  const opened: TimedEvent = {
    type: 'CONVERSATION_OPENED',
    taskId: null,
    runtimeId: null,
    occurredAt: dateOf(createdAt),
    data: { kind: opening.kind, agentId: opening.agentId, issueKey: opening.issueKey },
  }
  const ordered = orderEvents(
    opened,
    [...messageMoments(messages, source.messages, answers), ...taskMoments(stories, opening.kind, inputsOf)],
    stories.filter(({ claimed }) => claimed),
    answerOf,
    newestRevision(source),
  )
  const placed = placePointer(ordered, stories, chat, rowRuntime)
  const events = [...placed.events, ...droppedSessions(stories), ...begunAnew(chat)]
  const lastActivityAt = newest(ordered.events, dateOf(createdAt))
  return {
    conversationId,
    opening,
    times: {
      createdAt: dateOf(createdAt),
      updatedAt: chat === null ? lastActivityAt : dateOf(chat.updatedAt),
      lastActivityAt,
      archivedAt: chat?.status === 'archived' ? dateOf(chat.updatedAt) : null,
    },
    events,
    messages,
    texts: taskTexts(source, stories, opening, (story) => answerOf(story)?.content ?? null),
    needsPlaceholder: stories.some(({ runtimeId }) => runtimeId === names.placeholder),
    ids: [
      ...sourceRows(given).flatMap(({ table, sourceId, row }) => {
        const id = table === key.table ? conversationId : own.get(sourceId)
        return id === undefined ? [] : [{ table, sourceId, id, row }]
      }),
    ],
    report: conversationReport({
      source,
      conversationId,
      opening,
      stories,
      names,
      rowRuntime,
      messages,
      notes,
      events: events.length,
      state: stateAfter(events, placed.folded, dateOf(createdAt)),
    }),
  }
}

function stateAfter(events: readonly TimedEvent[], { count, state }: Placed['folded'], otherwise: Date): SessionState {
  return foldEvents(asStream(events.slice(count), count, otherwise), state)
}

/** The newest generation, from the chat's binding or from its tasks and messages. */
function newestRevision({ chat, tasks, messages }: SourceConversation): number {
  return [...tasks, ...messages].reduce((newest, row) => Math.max(newest, revisionOf(row)), chat?.contextRevision ?? 1)
}

/** The reset of a "/new" that no question follows. */
function begunAnew(chat: SourceChat | null): TimedEvent[] {
  if (chat?.pendingFresh !== true) return []
  const data = { sessionId: null, reason: 'a person started a new session with /new, and has asked nothing since' }
  return [{ type: 'SESSION_RESET', taskId: null, runtimeId: null, data, occurredAt: dateOf(chat.updatedAt) }]
}

function openingOf({ chat, thread }: SourceConversation, names: Names): ConversationOpening {
  const agentId = names.agents.get(chat?.agentId ?? thread?.agentId ?? '') ?? ''
  if (thread === null) return { kind: 'CHAT', agentId, issueKey: null, title: chat?.title ?? null }
  return { kind: 'ISSUE', agentId, issueKey: `${names.issuePrefix}-${thread.issueNumber}`, title: null }
}

function newest(events: readonly TimedEvent[], otherwise: Date): Date {
  return events.reduce((latest, { occurredAt = otherwise }) => (occurredAt > latest ? occurredAt : latest), otherwise)
}
