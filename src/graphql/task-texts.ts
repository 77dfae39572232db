import type { Task } from '../generated/prisma/client.js'
import type { Context } from './context.js'
import { contentByTask, messageById } from './loaders/rows.js'

/** What the agent is asked: an issue task's own prompt, or the messages that a chat turn answers. */
export async function promptOf(context: Context, task: Task): Promise<string | null> {
  if (task.kind !== 'CHAT') return (await context.loaders.of(contentByTask).load(task.id))?.prompt ?? null
  const messages = await Promise.all(task.inputMessageIds.map((id) => context.loaders.of(messageById).load(id)))
  const texts = messages.flatMap((message) => (message === null ? [] : [message.content]))
  return texts.length === 0 ? null : texts.join('\n\n')
}
