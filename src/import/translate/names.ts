import type { Micros, SourceConversation } from '../source/source-rows.js'

export type SourceTable =
  'workspace' | 'agent_runtime' | 'agent' | 'chat_session' | 'issue' | 'chat_message' | 'agent_task_queue'

/** The names here of the source's objects. They are known before a conversation is translated. */
export interface Names {
  issuePrefix: string
  /** This workspace's ids by the source's ids. */
  agents: ReadonlyMap<string, string>
  runtimes: ReadonlyMap<string, string>
  /** Keyed by the source's ids. */
  archivedAgents: ReadonlySet<string>
  /** Each agent's runtime in this workspace, by the agent's id in the source. */
  runtimeOfAgent: ReadonlyMap<string, string>
  /** The deregistered placeholder for unknown runtimes. */
  placeholder: string
  /** The same row always gets the same id, and ids sort by `createdAt`. */
  idOf(table: SourceTable, sourceId: string, createdAt: Micros): string
}

/** The source id of the conversation. A thread has no row of its own, so its id combines agent and issue. */
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
 * The rows of a conversation that a later run compares, its own row first. The time at which a chat was last touched
 * does not count as a change.
 */
export function sourceRows(source: SourceConversation): { table: SourceTable; sourceId: string; row: object }[] {
  const { table, id } = sourceKey(source)
  return [
    { table, sourceId: id, row: source.chat === null ? { ...source.thread } : { ...source.chat, updatedAt: null } },
    ...source.tasks.map((row) => ({ table: 'agent_task_queue' as const, sourceId: row.id, row })),
    ...source.messages.map((row) => ({ table: 'chat_message' as const, sourceId: row.id, row })),
  ]
}
