import { z } from 'zod'
import { DEFAULT_POLICY } from '../session-pointer/resume-policy.js'
import { statement } from '../database/sql.js'
import { simulateResumePolicy } from '../use-cases/simulate-resume-policy.js'
import type { PolicySimulation } from '../use-cases/simulate-resume-policy.js'
import { runCommand } from './run-command.js'

const EXAMPLES = 10
const WORKSPACES = statement('simulate_workspaces', 'SELECT id, name FROM workspace ORDER BY id')

const Policy = z.strictObject({
  enabled: z.boolean().optional(),
  scope: z.enum(['LATEST', 'NEWEST_ON_RUNTIME']).optional(),
  onAgentChange: z.enum(['RESUME', 'FRESH']).optional(),
  maxResumeFailures: z.int().min(1).max(1000).optional(),
  maxAgeSeconds: z.int().min(1).nullable().optional(),
})

/**
 * `npm run simulate -- --policy '{"scope":"NEWEST_ON_RUNTIME"}' [--since 2026-11-01] [--json]`: how many of the recorded
 * decisions would flip under another policy. What the policy does not name is the default. Writes nothing.
 */
await runCommand(async ({ database, terminal, flags }) => {
  const policy = readPolicy(flags.get('policy'))
  const since = readSince(flags.get('since'))
  if (typeof policy === 'string' || typeof since === 'string') {
    process.stderr.write(`${typeof policy === 'string' ? policy : String(since)}\n`)
    return 1
  }
  for (const { id, name } of await database.sql.rows<{ id: string; name: string }>(WORKSPACES)) {
    const result = await simulateResumePolicy(database.sql, id, { policy, since, first: EXAMPLES })
    terminal.line(flags.has('json') ? JSON.stringify({ workspaceId: id, ...result }) : report(name, result))
  }
  return 0
})

function readPolicy(text: string | undefined) {
  const usage = `--policy takes a JSON object, such as '{"scope":"NEWEST_ON_RUNTIME"}'.`
  if (text === undefined || text === '') return usage
  try {
    const parsed = Policy.safeParse(JSON.parse(text))
    if (parsed.success) {
      const given = Object.fromEntries(Object.entries(parsed.data).filter(([, value]) => value !== undefined))
      return { ...DEFAULT_POLICY, ...given }
    }
    return `${usage} ${z.prettifyError(parsed.error)}`
  } catch {
    return usage
  }
}

function readSince(text: string | undefined): Date | null | string {
  if (text === undefined) return null
  const since = new Date(text)
  return Number.isNaN(since.getTime())
    ? '--since takes a date or a time, such as 2026-11-01 or 2026-11-01T08:00Z.'
    : since
}

function report(workspace: string, { claims, flips, byReason, examples }: PolicySimulation): string {
  return [
    `Workspace ${workspace}: ${flips} of ${claims} decisions flip.`,
    ...byReason.map(({ from, to, count }) => `  ${String(count).padStart(8)}  ${from} -> ${to}`),
    ...examples.map(
      ({ position, conversationId, taskId, recorded, simulated }) =>
        `  at ${position}, ${conversationId}, ${taskId}: ${recorded.outcome} (${recorded.reason}) -> ` +
        `${simulated.outcome} (${simulated.reason})`,
    ),
  ].join('\n')
}
