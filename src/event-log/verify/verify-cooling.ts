import type { Sql } from '../../database/sql.js'
import { statement } from '../../database/sql.js'
import { cooledBy, coolingUntil } from '../../tasks/cooling.js'
import type { Finding } from './finding.js'

const BATCH = 10_000

/** The failures that cool a runtime down, and the claims, in log order. */
const STEPS = statement(
  'verify_cooling_steps',
  `SELECT e.position::text AS position, e."conversationId", e.version, e."taskId", e."runtimeId",
     e.data -> 'cooling' ->> 'until' AS until,
     CASE WHEN e.type = 'TASK_FAILED' THEN e.data -> 'cooling' ->> 'account'
       ELSE e.data -> 'decision' ->> 'account' END AS account,
     e.data -> 'decision' ->> 'decidedAt' AS "decidedAt"
   FROM session_event e
   WHERE e."workspaceId" = $1 AND e.position > $2::bigint AND e."runtimeId" IS NOT NULL
     AND ((e.type = 'TASK_FAILED' AND e.data -> 'cooling' IS NOT NULL)
       OR (e.type = 'TASK_CLAIMED' AND e.data -> 'decision' ->> 'decidedAt' IS NOT NULL))
   ORDER BY e.position LIMIT ${BATCH}`,
)

interface Step {
  position: string
  conversationId: string
  version: number
  taskId: string | null
  runtimeId: string
  /** Set on a failure. */
  until: string | null
  account: string | null
  /** Set on a claim. */
  decidedAt: string | null
}

/** Proves that no claim was made on a cooling runtime. Memory holds one entry per runtime that ever cooled down. */
export async function verifyCooling(sql: Sql, workspaceId: string, report: (finding: Finding) => void): Promise<void> {
  const cooling = new Map<string, ReturnType<typeof cooledBy>>()
  for (let after = '0'; ;) {
    const steps = await sql.rows<Step>(STEPS, [workspaceId, after])
    for (const { position, conversationId, version, taskId, runtimeId, until, account, decidedAt } of steps) {
      const before = cooling.get(runtimeId) ?? null
      if (until !== null) cooling.set(runtimeId, cooledBy(before, { until: new Date(until), account }))
      if (decidedAt === null || before === null) continue
      const cools = coolingUntil({ ...before, account }, new Date(decidedAt))
      if (cools === null) continue
      report({
        kind: 'COOLING_RUNTIME',
        workspaceId,
        conversationId,
        position,
        version,
        taskId,
        expected: `no claim on runtime ${runtimeId} before ${cools.toISOString()}, or under another account`,
        found: `a claim at ${decidedAt}`,
      })
    }
    const last = steps.at(-1)
    if (last === undefined || steps.length < BATCH) return
    after = last.position
  }
}
