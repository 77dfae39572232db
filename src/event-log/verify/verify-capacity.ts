import type { Sql } from '../../database/sql.js'
import { statement } from '../../database/sql.js'
import type { Finding } from './finding.js'

const BATCH = 10_000

/**
 * The steps that change an agent's number of active tasks, in log order. A task's first event names its agent, so the proof
 * needs no other table.
 */
const STEPS = statement(
  'verify_capacity_steps',
  `SELECT e.position::text AS position, e."conversationId", e.version, e."taskId", e.type,
     (SELECT q.data ->> 'agentId' FROM session_event q
      WHERE e.type = 'TASK_CLAIMED' AND q."workspaceId" = e."workspaceId" AND q."taskId" = e."taskId"
        AND q.type = 'TASK_ENQUEUED'
      ORDER BY q.version LIMIT 1) AS "agentId",
     (e.data -> 'agentLoad' ->> 'active')::int AS active, (e.data -> 'agentLoad' ->> 'max')::int AS max
   FROM session_event e
   WHERE e."workspaceId" = $1 AND e.position > $2::bigint AND e."taskId" IS NOT NULL
     AND e.type IN ('TASK_CLAIMED', 'TASK_RELEASED', 'TASK_COMPLETED', 'TASK_FAILED', 'TASK_CANCELLED')
   ORDER BY e.position LIMIT ${BATCH}`,
)

interface Step {
  position: string
  conversationId: string
  version: number
  taskId: string
  type: string
  /** Set on a claim; null if its task was never enqueued. */
  agentId: string | null
  /**
   * The agent's active tasks, this one included, and its limit at the time of the claim; null if the claim recorded none.
   */
  active: number | null
  max: number | null
}

/** Proves that no claim exceeded the agent's limit at its time. Memory holds only active tasks. */
export async function verifyCapacity(sql: Sql, workspaceId: string, report: (finding: Finding) => void): Promise<void> {
  const activeOf = new Map<string, Set<string>>()
  const agentOf = new Map<string, string>()
  for (let after = '0'; ;) {
    const steps = await sql.rows<Step>(STEPS, [workspaceId, after])
    for (const step of steps) {
      if (step.type === 'TASK_CLAIMED') {
        const finding = claim(workspaceId, step, activeOf, agentOf)
        if (finding !== null) report(finding)
        continue
      }
      const agentId = agentOf.get(step.taskId)
      if (agentId === undefined) continue
      agentOf.delete(step.taskId)
      activeOf.get(agentId)?.delete(step.taskId)
      if (activeOf.get(agentId)?.size === 0) activeOf.delete(agentId)
    }
    const last = steps.at(-1)
    if (last === undefined || steps.length < BATCH) return
    after = last.position
  }
}

function claim(
  workspaceId: string,
  step: Step,
  activeOf: Map<string, Set<string>>,
  agentOf: Map<string, string>,
): Finding | null {
  const { taskId, agentId, active, max, conversationId, position, version } = step
  if (agentId === null) return null
  const tasks = (activeOf.get(agentId) ?? new Set()).add(taskId)
  activeOf.set(agentId, tasks)
  agentOf.set(taskId, agentId)
  if (active === null || max === null) return null
  // Tasks that ended between the claim's count and its position in the log were still counted: the count may be too high,
  // never too low.
  const most = Math.min(active, max)
  const found = Math.max(active, tasks.size)
  if (active <= max && tasks.size <= most) return null
  return {
    kind: 'AGENT_OVER_CAPACITY',
    workspaceId,
    conversationId,
    position,
    version,
    taskId,
    expected: `at most ${most} active tasks of agent ${agentId}`,
    found: `${found}`,
  }
}
