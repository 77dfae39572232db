import type { Micros, SourceConversation } from '../source/source-rows.js'

export type SourceTable =
  'workspace' | 'agent_runtime' | 'agent' | 'chat_session' | 'issue' | 'chat_message' | 'agent_task_queue'

/** What the things of the source are called here. Known before a conversation is translated. */
export interface Names {
  issuePrefix: string
  /** Ids of this workspace by the source's. */
  agents: ReadonlyMap<string, string>
  runtimes: ReadonlyMap<string, string>
  /** Where each agent (by the source's id) works: a runtime of this workspace. */
  runtimeOfAgent: ReadonlyMap<string, string>
  /** The deregistered runtime for what no runtime is known of. */
  placeholder: string
  /** The same row always gets the same id, and ids sort by `createdAt`. */
  idOf(table: SourceTable, sourceId: string, createdAt: Micros): string
}

/** The row that stands for the conversation; of a thread, which has none of its own, agent and issue together. */
export function sourceKey({ chat, thread }: Pick<SourceConversation, 'chat' | 'thread'>): {
  table: 'chat_session' | 'issue'
  id: string
} {
  if (chat !== null) return { table: 'chat_session', id: chat.id }
  return { table: 'issue', id: `${thread?.agentId ?? ''}/${thread?.issueId ?? ''}` }
}

export function dateOf(micros: Micros): Date {
  return new Date(Math.floor(micros / 1000))
}
