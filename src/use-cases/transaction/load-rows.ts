import type { Agent, Claim, Runtime, Task } from '../../generated/prisma/client.js'
import type { Sql } from '../../database/sql.js'
import { statement } from '../../database/sql.js'
import { lockedByKeys, rowsByKeys } from '../../database/by-keys.js'
import type { LockedConversation } from './conversation-work.js'

/** (workspaceId, id) pairs, as the statements below take them. */
export type Keys = readonly (readonly [workspaceId: string, id: string])[]

const columns = (keys: Keys): [string[], string[]] => [keys.map(([w]) => w), keys.map(([, id]) => id)]

const CLAIMS = statement(
  'load_claims',
  `SELECT locked.* FROM (
     SELECT c."workspaceId" AS w, c."taskId" AS id FROM ${rowsByKeys('claim', 'c', { column: 'conversationId' })} ORDER BY 1, 2
   ) t CROSS JOIN LATERAL (SELECT r.* FROM claim r WHERE r."workspaceId" = t.w AND r."taskId" = t.id FOR UPDATE) locked`,
)

/**
 * The active claims of these conversations, locked in the order of their tasks, as heartbeats lock them: a heartbeat that
 * renews one waits, and sees what came of it.
 */
export function loadClaims(sql: Sql, conversations: Keys): Promise<Claim[]> {
  return sql.rows<Claim>(CLAIMS, columns(conversations))
}

const TASKS = statement(
  'load_tasks',
  `SELECT t.* FROM ${rowsByKeys('task', 't')}
   UNION ALL
   SELECT t.* FROM ${rowsByKeys('claim', 'c', { first: 3, column: 'conversationId' })}
     CROSS JOIN LATERAL (SELECT r.* FROM task r WHERE r."workspaceId" = c."workspaceId" AND r.id = c."taskId" OFFSET 0) t
   WHERE c."taskId" <> ALL ($2::text[])`,
)

/** These tasks alone. */
export const TASKS_BY_ID = statement('load_tasks_by_id', `SELECT t.* FROM ${rowsByKeys('task', 't')}`)

/** These tasks, and the active task of each of these conversations. */
export function loadTasks(sql: Sql, tasks: Keys, conversations: Keys): Promise<Task[]> {
  return sql.rows<Task>(TASKS, [...columns(tasks), ...columns(conversations)])
}

const WAITING = statement(
  'load_waiting_tasks',
  `SELECT t.* FROM unnest($1::text[], $2::text[]) AS x(w, id) CROSS JOIN LATERAL (
     SELECT t.* FROM task t WHERE t."workspaceId" = x.w AND t."conversationId" = x.id AND t.status = 'QUEUED'
     ORDER BY t.id LIMIT 1) t`,
)

/** Of each of these conversations the oldest task that waits. */
export async function loadWaiting(sql: Sql, conversations: Keys): Promise<Task[]> {
  return conversations.length === 0 ? [] : sql.rows<Task>(WAITING, columns(conversations))
}

const QUEUED_RERUNS = statement(
  'load_queued_reruns',
  `SELECT DISTINCT t."rerunOf" AS id FROM ${rowsByKeys('task', 't', { column: 'rerunOf' })} WHERE t.status = 'QUEUED'`,
)

/** Those of these tasks that have a queued rerun. */
export async function loadSourcesWithQueuedRerun(sql: Sql, tasks: Keys): Promise<Set<string>> {
  const rows = await sql.rows<{ id: string }>(QUEUED_RERUNS, columns(tasks))
  return new Set(rows.map(({ id }) => id))
}

const AGENTS = statement('load_agents', `SELECT a.* FROM ${rowsByKeys('agent', 'a')}`)

export function loadAgents(sql: Sql, agents: Keys): Promise<Agent[]> {
  return sql.rows<Agent>(AGENTS, columns(agents))
}

export const LOCK_AGENTS = statement('lock_agents', `SELECT locked.* FROM ${lockedByKeys('agent')}`)

/**
 * As {@link loadAgents}, locked in the order of their ids: the capacity rule holds while claims of one agent take turns.
 * Not FOR UPDATE: the append of a new thread holds the log's head when its foreign key looks at the agent, and a claim
 * that holds the agent waits for that head.
 */
export function lockAgents(sql: Sql, agents: Keys): Promise<Agent[]> {
  return sql.rows<Agent>(LOCK_AGENTS, columns(agents))
}

export const ACTIVE_COUNTS = statement(
  'count_active',
  `SELECT x.id, (SELECT count(*)::int FROM claim c WHERE c."workspaceId" = x.w AND c."agentId" = x.id) AS active
   FROM unnest($1::text[], $2::text[]) AS x(w, id)`,
)

/** How many tasks of each agent are CLAIMED or RUNNING. Exact only after {@link lockAgents}, in a later statement. */
export async function countActive(sql: Sql, agents: Keys): Promise<Map<string, number>> {
  const rows = await sql.rows<{ id: string; active: number }>(ACTIVE_COUNTS, columns(agents))
  return new Map(rows.map(({ id, active }) => [id, active]))
}

export const RUNTIMES = statement('load_runtimes', `SELECT t.* FROM ${rowsByKeys('runtime', 't')}`)

export function loadRuntimes(sql: Sql, runtimes: Keys): Promise<Runtime[]> {
  return sql.rows<Runtime>(RUNTIMES, columns(runtimes))
}

/** The source tasks of those of these tasks that are reruns. */
export const SOURCES = statement(
  'load_rerun_sources',
  `SELECT s.* FROM ${rowsByKeys('task', 't')}
     CROSS JOIN LATERAL (SELECT r.* FROM task r WHERE r."workspaceId" = x.w AND r.id = t."rerunOf" OFFSET 0) s
   WHERE t."rerunOf" IS NOT NULL`,
)

export const CONVERSATIONS = statement('load_conversations', `SELECT c.* FROM ${rowsByKeys('conversation', 'c')}`)

/** Conversations as they stand; what is decided from them holds only where the caller has locked them. */
export function loadConversationRows(sql: Sql, conversations: Keys): Promise<LockedConversation[]> {
  return sql.rows<LockedConversation>(CONVERSATIONS, columns(conversations))
}
