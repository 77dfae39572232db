import type { ConversationOpening, TimedEvent } from '../../event-log/append.js'
import { foldEvents } from '../../session-pointer/fold.js'
import type { SourceConversation } from '../source/source-rows.js'
import { conversationReport } from './conversation-report.js'
import type { ConversationReport } from './conversation-report.js'
import { droppedSessions } from './dropped-sessions.js'
import { taskMoments } from './enqueue-moments.js'
import { importedMessages, messageMoments } from './message-moments.js'
import type { ImportedMessage } from './message-moments.js'
import type { Names, SourceTable } from './names.js'
import { dateOf, sourceKey } from './names.js'
import { orderEvents } from './order-events.js'
import { ownMessages } from './own-messages.js'
import { asStream, placePointer } from './place-pointer.js'
import { proveRuntimes } from './prove-runtimes.js'
import { byCreation, taskStories } from './task-story.js'
import type { TaskStory } from './task-story.js'
import { taskTexts } from './task-texts.js'
import type { TaskTexts } from './task-texts.js'

/** One conversation of the source in our own terms, and what is to be said about it. */
export interface Translation {
  conversationId: string
  opening: ConversationOpening
  createdAt: Date
  updatedAt: Date
  lastActivityAt: Date
  archivedAt: Date | null
  events: TimedEvent[]
  messages: ImportedMessage[]
  texts: TaskTexts
  /** Something here is on the placeholder runtime. */
  needsPlaceholder: boolean
  ids: { table: SourceTable; sourceId: string; id: string }[]
  report: ConversationReport
}

/** Pure: the same rows and names always give the same translation. */
export function translate(source: SourceConversation, names: Names): Translation {
  const { chat } = source
  const key = sourceKey(source)
  const createdAt = chat?.createdAt ?? source.tasks.toSorted(byCreation)[0]?.createdAt ?? 0
  const opening = openingOf(source, names)
  const conversationId = names.idOf(key.table, key.id, createdAt)
  const rowRuntime = chat?.runtimeId == null ? null : (names.runtimes.get(chat.runtimeId) ?? null)
  const pointer = { sessionId: chat?.sessionId ?? null, runtimeId: rowRuntime }
  const stories = proveRuntimes(taskStories(source.tasks, names), pointer)
  const owned = ownMessages(stories, source.messages)
  const messages = importedMessages(source.messages, stories, owned, names)
  const ours = new Map(messages.map(({ sourceId, id }) => [sourceId, id]))
  const answerOf = ({ row, end }: TaskStory) => {
    const answer = end === 'COMPLETED' ? owned.answerOf.get(row.id) : undefined
    return answer === undefined
      ? null
      : { messageId: ours.get(answer.id) ?? '', createdAt: answer.createdAt, content: answer.content, row: answer.id }
  }
  const inputsOf = ({ row }: TaskStory) => (owned.inputsOf.get(row.id) ?? []).map((id) => ours.get(id) ?? '')
  const answers = new Set(stories.flatMap((story) => answerOf(story)?.row ?? []))
  const ordered = orderEvents(
    [...messageMoments(messages, source.messages, answers), ...taskMoments(stories, opening.kind, inputsOf)],
    stories.filter(({ claimed }) => claimed),
    answerOf,
  )
  const opened: TimedEvent = {
    ...{ type: 'CONVERSATION_OPENED', taskId: null, runtimeId: null, occurredAt: dateOf(createdAt) },
    data: { kind: opening.kind, agentId: opening.agentId, issueKey: opening.issueKey },
  }
  const history = chat === null ? ordered.events : placePointer(ordered, stories, chat, rowRuntime)
  const events = [opened, ...history, ...droppedSessions(stories)]
  const lastActivityAt = newest(ordered.events, dateOf(createdAt))
  return {
    conversationId,
    opening,
    createdAt: dateOf(createdAt),
    updatedAt: chat === null ? lastActivityAt : dateOf(chat.updatedAt),
    lastActivityAt,
    archivedAt: chat?.status === 'archived' ? dateOf(chat.updatedAt) : null,
    events,
    messages,
    texts: taskTexts(source, stories, opening, (story) => answerOf(story)?.content ?? null),
    needsPlaceholder: stories.some(({ runtimeId }) => runtimeId === names.placeholder),
    ids: [
      { table: key.table, sourceId: key.id, id: conversationId },
      ...stories.map(({ row, taskId }) => ({ table: 'agent_task_queue' as const, sourceId: row.id, id: taskId })),
      ...messages.map(({ sourceId, id }) => ({ table: 'chat_message' as const, sourceId, id })),
    ],
    report: conversationReport({
      ...{ source, conversationId, opening, stories, names, rowRuntime, messages, inputsOf },
      ...{ events: events.length, state: foldEvents(asStream(events, dateOf(createdAt))) },
    }),
  }
}

function openingOf({ chat, thread }: SourceConversation, names: Names): ConversationOpening {
  const agentId = names.agents.get(chat?.agentId ?? thread?.agentId ?? '') ?? ''
  if (thread === null) return { kind: 'CHAT', agentId, issueKey: null, title: chat?.title ?? null }
  return { kind: 'ISSUE', agentId, issueKey: `${names.issuePrefix}-${thread.issueNumber}`, title: null }
}

function newest(events: readonly TimedEvent[], otherwise: Date): Date {
  return events.reduce((latest, { occurredAt = otherwise }) => (occurredAt > latest ? occurredAt : latest), otherwise)
}
