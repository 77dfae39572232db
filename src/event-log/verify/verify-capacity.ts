import type { Sql } from '../../database/sql.js'
import { statement } from '../../database/sql.js'
import type { Finding } from './finding.js'

const BATCH = 10_000

/** The steps that change how many tasks an agent has active, in the order of the log. */
const STEPS = statement(
  'verify_capacity_steps',
  `SELECT e.position::text AS position, e."conversationId", e.version, e."taskId", e.type, t."agentId",
     (e.data -> 'agentLoad' ->> 'max')::int AS max
   FROM session_event e JOIN task t ON t."workspaceId" = e."workspaceId" AND t.id = e."taskId"
   WHERE e."workspaceId" = $1 AND e.position > $2::bigint
     AND e.type IN ('TASK_CLAIMED', 'TASK_RELEASED', 'TASK_COMPLETED', 'TASK_FAILED', 'TASK_CANCELLED')
   ORDER BY e.position LIMIT ${BATCH}`,
)

interface Step {
  position: string
  conversationId: string
  version: number
  taskId: string
  type: string
  agentId: string
  /** The agent's limit as the claim found it; null on claims that recorded none. */
  max: number | null
}

/** Proves that no claim took an agent past the limit that it had at that moment. Holds only what is active. */
export async function verifyCapacity(sql: Sql, workspaceId: string, report: (finding: Finding) => void): Promise<void> {
  const active = new Map<string, Set<string>>()
  for (let after = '0'; ;) {
    const steps = await sql.rows<Step>(STEPS, [workspaceId, after])
    for (const step of steps) {
      const tasks = active.get(step.agentId) ?? new Set<string>()
      if (step.type === 'TASK_CLAIMED') {
        tasks.add(step.taskId)
        active.set(step.agentId, tasks)
        if (step.max !== null && tasks.size > step.max) report(overCapacity(workspaceId, step, tasks.size))
      } else {
        tasks.delete(step.taskId)
        if (tasks.size === 0) active.delete(step.agentId)
      }
    }
    const last = steps.at(-1)
    if (last === undefined || steps.length < BATCH) return
    after = last.position
  }
}

function overCapacity(workspaceId: string, step: Step, active: number): Finding {
  const { conversationId, position, version, taskId, agentId, max } = step
  return {
    kind: 'AGENT_OVER_CAPACITY',
    ...{ workspaceId, conversationId, position, version, taskId },
    expected: `at most ${max} active tasks of agent ${agentId}`,
    found: `${active}`,
  }
}
