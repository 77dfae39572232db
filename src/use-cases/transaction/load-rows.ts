import { activeCount } from '../../claim-queue/active-count.js'
import type { Agent, Runtime, Task } from '../../generated/prisma/client.js'
import type { Sql } from '../../database/sql.js'
import { statement } from '../../database/sql.js'
import { lockedByKeys, rowsByKeys } from '../../database/by-keys.js'
import type { LockedConversation } from './conversation-work.js'

/** (workspaceId, id) pairs, as the statements below take them. */
export type Keys = readonly (readonly [workspaceId: string, id: string])[]

/** As the statements take them. */
export const keyColumns = (keys: Keys): [string[], string[]] => [keys.map(([w]) => w), keys.map(([, id]) => id)]

/** The rows `c` of what is held in conversations. */
function heldIn(first = 1): string {
  return rowsByKeys('dispatch', 'c', { first, column: 'conversationId', and: `r.state = 'HELD'` })
}

/**
 * The active claims of these conversations, locked in the order of their tasks, as heartbeats lock them: a heartbeat that
 * renews one waits, and sees what came of it.
 */
export const LOCK_CLAIMS = statement(
  'load_claims',
  `SELECT locked.* FROM (SELECT c."workspaceId" AS w, c."taskId" AS id FROM ${heldIn()} ORDER BY 1, 2) t
     CROSS JOIN LATERAL (SELECT r.* FROM dispatch r WHERE r."workspaceId" = t.w AND r."taskId" = t.id FOR UPDATE) locked`,
)

/** Tasks by their keys, and the active task of each of the conversations whose keys come after. */
export const TASKS = statement(
  'load_tasks',
  `SELECT t.* FROM ${rowsByKeys('task', 't')}
   UNION ALL
   SELECT t.* FROM ${heldIn(3)}
     CROSS JOIN LATERAL (SELECT r.* FROM task r WHERE r."workspaceId" = c."workspaceId" AND r.id = c."taskId" OFFSET 0) t
   WHERE c."taskId" <> ALL ($2::text[])`,
)

/** These tasks alone. */
export const TASKS_BY_ID = statement('load_tasks_by_id', `SELECT t.* FROM ${rowsByKeys('task', 't')}`)

/** These tasks, and the active task of each of these conversations. */
export function loadTasks(sql: Sql, tasks: Keys, conversations: Keys): Promise<Task[]> {
  return sql.rows<Task>(TASKS, [...keyColumns(tasks), ...keyColumns(conversations)])
}

/** Of each of these conversations the oldest task that waits. */
export const WAITING = statement(
  'load_waiting_tasks',
  `SELECT t.* FROM unnest($1::text[], $2::text[]) AS x(w, id) CROSS JOIN LATERAL (
     SELECT t.* FROM task t WHERE t."workspaceId" = x.w AND t."conversationId" = x.id AND t.status = 'QUEUED'
     ORDER BY t.id LIMIT 1) t`,
)

/** Those of these tasks that have a queued rerun. */
export const QUEUED_RERUNS = statement(
  'load_queued_reruns',
  `SELECT DISTINCT t."rerunOf" AS id FROM ${rowsByKeys('task_row', 't', { column: 'rerunOf' })}
     CROSS JOIN LATERAL (SELECT FROM dispatch r
       WHERE r."workspaceId" = x.w AND r."taskId" = t.id AND r.state <> 'HELD' OFFSET 0) waits`,
)

export const AGENTS = statement('load_agents', `SELECT a.* FROM ${rowsByKeys('agent', 'a')}`)

export function loadAgents(sql: Sql, agents: Keys): Promise<Agent[]> {
  return sql.rows<Agent>(AGENTS, keyColumns(agents))
}

export const LOCK_AGENTS = statement('lock_agents', `SELECT locked.* FROM ${lockedByKeys('agent')}`)

/**
 * As {@link loadAgents}, locked in the order of their ids: the capacity rule holds while claims of one agent take turns.
 * Not FOR UPDATE: the append of a new thread holds the log's head when its foreign key looks at the agent, and a claim
 * that holds the agent waits for that head.
 */
export function lockAgents(sql: Sql, agents: Keys): Promise<Agent[]> {
  return sql.rows<Agent>(LOCK_AGENTS, keyColumns(agents))
}

/** How many tasks of each agent are CLAIMED or RUNNING. Exact only after {@link lockAgents}, in a later statement. */
export const ACTIVE_COUNTS = statement(
  'count_active',
  `SELECT x.id, ${activeCount('x.w', 'x.id')} AS active
   FROM unnest($1::text[], $2::text[]) AS x(w, id)`,
)

export const RUNTIMES = statement('load_runtimes', `SELECT t.* FROM ${rowsByKeys('runtime', 't')}`)

export function loadRuntimes(sql: Sql, runtimes: Keys): Promise<Runtime[]> {
  return sql.rows<Runtime>(RUNTIMES, keyColumns(runtimes))
}

/** The source tasks of those of these tasks that are reruns. */
export const SOURCES = statement(
  'load_rerun_sources',
  `SELECT s.* FROM ${rowsByKeys('task_row', 't')}
     CROSS JOIN LATERAL (SELECT r.* FROM task r WHERE r."workspaceId" = x.w AND r.id = t."rerunOf" OFFSET 0) s
   WHERE t."rerunOf" IS NOT NULL`,
)

export const CONVERSATIONS = statement('load_conversations', `SELECT c.* FROM ${rowsByKeys('conversation', 'c')}`)

/** Conversations as they stand; what is decided from them holds only where the caller has locked them. */
export function loadConversationRows(sql: Sql, conversations: Keys): Promise<LockedConversation[]> {
  return sql.rows<LockedConversation>(CONVERSATIONS, keyColumns(conversations))
}
