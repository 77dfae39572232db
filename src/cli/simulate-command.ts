import { z } from 'zod'
import type { ResumePolicy } from '../session-pointer/events.js'
import { DEFAULT_POLICY } from '../session-pointer/resume-policy.js'
import { statement } from '../database/sql.js'
import { simulateResumePolicy } from '../use-cases/simulate-resume-policy.js'
import type { PolicySimulation } from '../use-cases/simulate-resume-policy.js'
import type { Command } from './run-command.js'

const EXAMPLES = 10
const WORKSPACES = statement('simulate_workspaces', 'SELECT id, name FROM workspace ORDER BY id')

const Policy = z.strictObject({
  enabled: z.boolean().exactOptional(),
  scope: z.enum(['LATEST', 'NEWEST_ON_RUNTIME']).exactOptional(),
  onAgentChange: z.enum(['RESUME', 'FRESH']).exactOptional(),
  maxResumeFailures: z.int().min(1).max(1000).exactOptional(),
  maxAgeSeconds: z.int().min(1).nullable().exactOptional(),
})

/**
 * `baton simulate --policy '{"scope":"NEWEST_ON_RUNTIME"}' [--since 2026-11-01] [--json]`: shows how many recorded
 * decisions another policy would change. Missing fields of the policy have their defaults. Writes nothing.
 *
 * @throws Error about invalid options.
 */
export async function simulateCommand({ database, terminal, flags }: Command): Promise<number> {
  const policy = readPolicy(flags.get('policy'))
  const since = readSince(flags.get('since'))
  for (const { id, name } of await database.sql.rows<{ id: string; name: string }>(WORKSPACES)) {
    const result = await simulateResumePolicy(database.sql, id, { policy, since, agentId: null, first: EXAMPLES })
    terminal.line(flags.has('json') ? JSON.stringify({ workspaceId: id, ...result }) : report(name, result))
  }
  return 0
}

function readPolicy(text = ''): ResumePolicy {
  const usage = `--policy takes a JSON object, such as '{"scope":"NEWEST_ON_RUNTIME"}'.`
  const parsed = Policy.safeParse(jsonOf(text))
  if (!parsed.success) throw new Error(text === '' ? usage : `${usage}\n${z.prettifyError(parsed.error)}`)
  return { ...DEFAULT_POLICY, ...parsed.data }
}

/** undefined if the text is not JSON. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function readSince(text: string | undefined): Date | null {
  if (text === undefined) return null
  const since = new Date(text)
  if (!Number.isNaN(since.getTime())) return since
  throw new Error('--since takes a date or a time, such as 2026-11-01 or 2026-11-01T08:00Z.')
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
