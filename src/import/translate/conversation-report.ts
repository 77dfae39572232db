import type { ConversationOpening } from '../../event-log/append.js'
import type { SessionState } from '../../session-pointer/session-state.js'
import type { SourceConversation, SourceTask, SourceThread } from '../source/source-rows.js'
import { isKnownRole } from './message-moments.js'
import type { ImportedMessage } from './message-moments.js'
import type { Names } from './names.js'
import { sourceKey } from './names.js'
import { newestReport } from './place-pointer.js'
import { sessionVerdicts } from './session-verdicts.js'
import type { SessionVerdict } from './session-verdicts.js'
import { isKnownStatus } from './task-story.js'
import type { TaskStory } from './task-story.js'

/** The report on one conversation: its sessions, and everything that was not imported unchanged. */
export interface ConversationReport {
  conversationId: string
  source: string
  kind: 'CHAT' | 'ISSUE'
  /** The chat's title, or the issue's key. */
  name: string
  events: number
  tasks: number
  waitingTasks: number
  /** Running tasks, which are now failed with runtime_recovery. */
  abandonedTasks: number
  messages: number
  skippedTasks: number
  skippedMessages: number
  sessions: SessionVerdict[]
  notes: string[]
}

interface Translated {
  source: SourceConversation
  conversationId: string
  opening: ConversationOpening
  stories: readonly TaskStory[]
  names: Names
  /** The runtime that the chat's row names. */
  rowRuntime: string | null
  messages: readonly ImportedMessage[]
  /** Notes from before the translation. */
  notes: readonly string[]
  events: number
  state: SessionState
}

export function conversationReport(translated: Translated): ConversationReport {
  const { source, opening, stories, messages, state } = translated
  const key = sourceKey(source)
  return {
    conversationId: translated.conversationId,
    source: `${key.table} ${key.id}`,
    kind: opening.kind,
    name: opening.issueKey ?? opening.title ?? '',
    events: translated.events,
    tasks: stories.length,
    waitingTasks: stories.filter(({ end }) => end === null).length,
    abandonedTasks: stories.filter(({ abandoned }) => abandoned).length,
    messages: messages.length,
    skippedTasks: source.tasks.filter(({ status }) => !isKnownStatus(status)).length,
    skippedMessages: source.messages.filter(({ role }) => !isKnownRole(role)).length,
    sessions: sessionVerdicts(state, stories, source.chat, translated.rowRuntime),
    notes: [
      ...stalePointer(translated),
      ...stories.flatMap((story) => noteOn(story, translated)),
      ...strange(source),
      ...translated.notes,
    ],
  }
}

function stalePointer({ source: { chat }, stories }: Translated): string[] {
  const newest = newestReport(stories)
  if (chat?.sessionId == null || newest === null || newest.sessionId === chat.sessionId) return []
  return [
    `the chat's pointer was stale: it named ${chat.sessionId}, but the newest task with a session, ${newest.row.id}, ` +
      `reported ${newest.sessionId ?? ''}; the older session is a candidate at most`,
  ]
}

function noteOn(story: TaskStory, { source, opening, names }: Translated): string[] {
  const { row, end } = story
  if (story.abandoned) return [`task ${row.id} was ${row.status}: it failed with runtime_recovery and can be rerun`]
  if (story.withdrawn !== null) return [`task ${row.id} was queued, and is cancelled: ${story.withdrawn}`]
  if (end !== null) return []
  const waits = `task ${row.id} is queued`
  const notes: string[] = []
  if (story.runtimeId === names.placeholder) {
    notes.push(`${waits} for no runtime: give its agent one, with updateAgent(retargetQueuedTasks: true)`)
  }
  if (opening.kind === 'ISSUE' && !hasQuestion(row, source.thread)) {
    notes.push(`${waits} with its issue's key and title as the prompt: the source has no other text`)
  }
  return notes
}

function hasQuestion(row: SourceTask, thread: SourceThread | null): boolean {
  return [thread?.issueDescription, row.triggerComment, row.handoffNote, ...(row.earlierComments ?? [])].some(Boolean)
}

function strange({ tasks, messages }: SourceConversation): string[] {
  return [
    ...tasks.filter(({ status }) => !isKnownStatus(status)).map(({ id, status }) => `task ${id} is ${status}: skipped`),
    ...messages.filter(({ role }) => !isKnownRole(role)).map(({ id, role }) => `message ${id} is by ${role}: skipped`),
  ]
}
