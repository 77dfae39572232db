import type { Task } from '../generated/prisma/client.js'
import type { Context } from './context.js'
import { whenLoaded } from './when-loaded.js'
import { contentByTask, messageById } from './loaders/rows.js'

/** The prompt of a task: its own for issue work, or the messages that a chat turn answers. */
export function promptOf(context: Context, task: Task): string | null | Promise<string | null> {
  if (task.kind === 'CHAT') return joinedMessages(context, task)
  return whenLoaded(context.loaders.load(contentByTask, task.id), (content) => content?.prompt ?? null)
}

async function joinedMessages(context: Context, task: Task): Promise<string | null> {
  const messages = await Promise.all(task.inputMessageIds.map((id) => context.loaders.of(messageById).load(id)))
  const texts = messages.flatMap((message) => (message === null ? [] : [message.content]))
  return texts.length === 0 ? null : texts.join('\n\n')
}
