import { activeCount } from './active-count.js'
import type { Sql } from '../database/sql.js'
import { runStep, step } from '../database/step.js'
import type { StepCall } from '../database/step.js'
import { CLAIMABLE } from './states.js'

/** Where these agents' tasks can be claimed: the distinct runtimes of their READY rows (a loose index scan). */
export const WAKEABLE_RUNTIMES = step(
  'wakeable_runtimes',
  ['text[]', 'text[]', 'text'],
  `WITH RECURSIVE agents AS (
     SELECT DISTINCT x.w, x.id FROM unnest($1::text[], $2::text[]) AS x(w, id)
     JOIN agent a ON a."workspaceId" = x.w AND a.id = x.id
     WHERE ${activeCount('x.w', 'x.id')} < a."maxConcurrentTasks"
   ), runtimes AS (
     SELECT a.w, a.id, (SELECT q."runtimeId" FROM dispatch q
       WHERE q."workspaceId" = a.w AND q."agentId" = a.id AND q.state = $3 ORDER BY q."runtimeId" LIMIT 1) AS runtime
     FROM agents a
     UNION ALL
     SELECT r.w, r.id, (SELECT q."runtimeId" FROM dispatch q
       WHERE q."workspaceId" = r.w AND q."agentId" = r.id AND q.state = $3 AND q."runtimeId" > r.runtime
       ORDER BY q."runtimeId" LIMIT 1)
     FROM runtimes r WHERE r.runtime IS NOT NULL
   )
   SELECT DISTINCT w AS "workspaceId", runtime AS "runtimeId" FROM runtimes WHERE runtime IS NOT NULL`,
  { answers: 'rows' },
)

interface AgentKey {
  workspaceId: string
  agentId: string
}

/** A runtime that may have work. */
export interface Wakeable {
  workspaceId: string
  runtimeId: string
}

/**
 * The runtimes that may have work after a change of these agents' tasks: a new head of the line, a conversation that became
 * idle, an agent that has room again. To be told after commit.
 */
export function wakeableRuntimes(sql: Sql, agents: readonly AgentKey[]): Promise<Wakeable[]> {
  return agents.length === 0 ? Promise.resolve([]) : runStep(sql, wakeableOf(agents))
}

/** As {@link wakeableRuntimes}. */
export function wakeableReads(agents: readonly AgentKey[]): StepCall[] {
  return agents.length === 0 ? [] : [wakeableOf(agents)]
}

function wakeableOf(agents: readonly AgentKey[]): StepCall {
  const keys = [agents.map(({ workspaceId }) => workspaceId), agents.map(({ agentId }) => agentId)]
  return { step: WAKEABLE_RUNTIMES, values: [...keys, CLAIMABLE] }
}
