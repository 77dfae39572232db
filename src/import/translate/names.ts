import type { Micros, SourceConversation } from '../source/source-rows.js'

export type SourceTable =
  'workspace' | 'agent_runtime' | 'agent' | 'chat_session' | 'issue' | 'chat_message' | 'agent_task_queue'

/** What the things of the source are called here. Known before a conversation is translated. */
export interface Names {
  issuePrefix: string
  /** Ids of this workspace by the source's. */
  agents: ReadonlyMap<string, string>
  runtimes: ReadonlyMap<string, string>
  /** By the source's ids. */
  archivedAgents: ReadonlySet<string>
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

/**
 * The rows of a conversation that are kept in mind, its own first: what a later run compares. Of a chat, when it was last touched
 * is no change of it.
 */
export function sourceRows(source: SourceConversation): { table: SourceTable; sourceId: string; row: object }[] {
  const { table, id } = sourceKey(source)
  return [
    { table, sourceId: id, row: source.chat === null ? { ...source.thread } : { ...source.chat, updatedAt: null } },
    ...source.tasks.map((row) => ({ table: 'agent_task_queue' as const, sourceId: row.id, row })),
    ...source.messages.map((row) => ({ table: 'chat_message' as const, sourceId: row.id, row })),
  ]
}
