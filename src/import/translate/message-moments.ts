import type { MessageRole } from '../../session-pointer/events.js'
import type { SourceMessage } from '../source/source-rows.js'
import type { Names } from './names.js'
import { dateOf } from './names.js'
import type { Moment } from './order-events.js'
import type { OwnedMessages } from './own-messages.js'
import type { TaskStory } from './task-story.js'

const ROLES: Readonly<Record<string, MessageRole>> = { user: 'USER', assistant: 'ASSISTANT' }

export function isKnownRole(role: string): boolean {
  return Object.hasOwn(ROLES, role)
}

/** A message as it is stored here. Its text is outside the log, under its id. */
export interface ImportedMessage {
  sourceId: string
  id: string
  role: MessageRole
  content: string
  taskId: string | null
  createdAt: Date
}

export function importedMessages(
  messages: readonly SourceMessage[],
  stories: readonly TaskStory[],
  { ownerOf }: OwnedMessages,
  names: Names,
): ImportedMessage[] {
  const ours = new Map(stories.map(({ row, taskId }) => [row.id, taskId]))
  return messages.flatMap((message) => {
    const role = ROLES[message.role]
    if (role === undefined) return []
    const { id: sourceId, content, createdAt } = message
    const owner = role === 'USER' ? ownerOf.get(sourceId) : message.taskId
    const taskId = ours.get(owner ?? '') ?? null
    const id = names.idOf('chat_message', sourceId, createdAt)
    return [{ sourceId, id, role, content, taskId, createdAt: dateOf(createdAt) }]
  })
}

/** The MESSAGE_POSTED of each message, except for outputs, which are posted with the end of their turn. */
export function messageMoments(
  messages: readonly ImportedMessage[],
  rows: readonly SourceMessage[],
  withAnEnd: ReadonlySet<string>,
): Moment[] {
  const times = new Map(rows.map(({ id, createdAt }) => [id, createdAt]))
  return messages
    .filter(({ sourceId }) => !withAnEnd.has(sourceId))
    .map(({ sourceId, id, role, taskId, createdAt: occurredAt }) => ({
      at: times.get(sourceId) ?? 0,
      rank: 'MESSAGE',
      id: sourceId,
      events: [{ type: 'MESSAGE_POSTED', taskId, runtimeId: null, data: { messageId: id, role }, occurredAt }],
    }))
}
