import type { SourceMessage } from '../source/source-rows.js'
import { byCreation, revisionOf } from './task-story.js'
import type { TaskStory } from './task-story.js'

export interface OwnedMessages {
  /** Ids of the messages that each task answers, by the task's id in the source. */
  inputsOf: ReadonlyMap<string, readonly string[]>
  /** The task that answers each of the user's messages. */
  ownerOf: ReadonlyMap<string, string>
  /** The message that holds the output of each completed turn. */
  answerOf: ReadonlyMap<string, SourceMessage>
}

/** Kinds of messages that the source's server executes. */
const COMMAND = 'channel_command'

/**
 * A chat's task owns the user's messages that name it, and those before its creation that no earlier task owns. A retry
 * and a rerun own their source's messages, and those that were left over since. Commands and messages of another
 * generation of the chat are not the input of any task. All ids are the source's.
 */
export function ownMessages(stories: readonly TaskStory[], messages: readonly SourceMessage[]): OwnedMessages {
  const known = new Set(stories.map(({ row }) => row.id))
  const named = (message: SourceMessage): string | null =>
    message.taskId !== null && known.has(message.taskId) ? message.taskId : null
  const waiting = messages.filter(({ role, kind }) => role === 'user' && kind !== COMMAND).toSorted(byCreation)
  const free = new Map<number, SourceMessage[]>()
  for (const message of waiting.filter((one) => named(one) === null)) {
    free.set(revisionOf(message), [...(free.get(revisionOf(message)) ?? []), message])
  }
  const namedBy = new Map<string, SourceMessage[]>()
  for (const message of waiting) {
    const taskId = named(message)
    if (taskId !== null) namedBy.set(taskId, [...(namedBy.get(taskId) ?? []), message])
  }
  const ownerOf = new Map<string, string>()
  const inputsOf = new Map<string, readonly string[]>()
  for (const { row, revision } of stories) {
    const left = free.get(revision) ?? []
    const count = left.findIndex(({ createdAt }) => createdAt > row.createdAt)
    const own = [...(namedBy.get(row.id) ?? []), ...left.splice(0, count < 0 ? left.length : count)]
    for (const { id } of own) ownerOf.set(id, row.id)
    const source = sourceOf(row)
    const inherited = source === null ? [] : (inputsOf.get(source) ?? [])
    inputsOf.set(row.id, [...new Set([...inherited, ...own.toSorted(byCreation).map(({ id }) => id)])])
  }
  const answerOf = new Map<string, SourceMessage>()
  for (const message of messages.filter(({ role }) => role === 'assistant').toSorted(byCreation)) {
    const taskId = named(message)
    if (taskId !== null) answerOf.set(taskId, message)
  }
  return { inputsOf, ownerOf, answerOf }
}

function sourceOf(row: TaskStory['row']): string | null {
  return row.retryOfTaskId ?? row.rerunOfTaskId ?? row.parentTaskId
}
