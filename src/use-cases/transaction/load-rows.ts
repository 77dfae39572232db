import type { Agent, Runtime, Task } from '../../generated/prisma/client.js'
import type { Sql } from '../../database/sql.js'
import { statement } from '../../database/sql.js'
import { lockedByKeys, rowsByKeys } from '../../database/by-keys.js'
import type { LockedConversation } from './conversation-work.js'

/** (workspaceId, id) pairs, as the statements below take them. */
export type Keys = readonly (readonly [workspaceId: string, id: string])[]

/** As the statements take them. */
export const keyColumns = (keys: Keys): [string[], string[]] => [keys.map(([w]) => w), keys.map(([, id]) => id)]

const TASKS = statement('load_tasks', `SELECT t.* FROM ${rowsByKeys('task', 't')}`)

export function loadTasks(sql: Sql, tasks: Keys): Promise<Task[]> {
  return sql.rows<Task>(TASKS, keyColumns(tasks))
}

const AGENTS = statement('load_agents', `SELECT a.* FROM ${rowsByKeys('agent', 'a')}`)

export function loadAgents(sql: Sql, agents: Keys): Promise<Agent[]> {
  return sql.rows<Agent>(AGENTS, keyColumns(agents))
}

const LOCK_AGENTS = statement('lock_agents', `SELECT locked.* FROM ${lockedByKeys('agent')}`)

/**
 * As {@link loadAgents}, locked in the order of their ids: the capacity rule holds while claims of one agent take turns.
 * Not FOR UPDATE: the append of a new thread holds the log's head when its foreign key looks at the agent, and a claim
 * that holds the agent waits for that head.
 */
export function lockAgents(sql: Sql, agents: Keys): Promise<Agent[]> {
  return sql.rows<Agent>(LOCK_AGENTS, keyColumns(agents))
}

const RUNTIMES = statement('load_runtimes', `SELECT t.* FROM ${rowsByKeys('runtime', 't')}`)

export function loadRuntimes(sql: Sql, runtimes: Keys): Promise<Runtime[]> {
  return sql.rows<Runtime>(RUNTIMES, keyColumns(runtimes))
}

const CONVERSATIONS = statement('load_conversations', `SELECT c.* FROM ${rowsByKeys('conversation', 'c')}`)

/** Conversations as they stand; what is decided from them holds only where the caller has locked them. */
export function loadConversationRows(sql: Sql, conversations: Keys): Promise<LockedConversation[]> {
  return sql.rows<LockedConversation>(CONVERSATIONS, keyColumns(conversations))
}
