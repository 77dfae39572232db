import type { Sql } from '../../database/sql.js'
import { statement } from '../../database/sql.js'
import { DEFAULT_POLICY } from '../../session-pointer/resume-policy.js'
import { importedOf, writeImported } from './imported-rows.js'
import { PLACEHOLDER, PLACEHOLDER_IDENTITY } from './plan-fleet.js'
import type { FleetPlan, KnownFleet } from './plan-fleet.js'

const REGISTERED = statement(
  'registered_runtimes',
  'SELECT id, "daemonId", provider FROM runtime WHERE "workspaceId" = $1',
)

/** The runtimes and agents of the source that a workspace already has. */
export async function readKnownFleet(sql: Sql, workspaceId: string): Promise<KnownFleet> {
  const registered = await sql.rows<KnownFleet['registered'][number]>(REGISTERED, [workspaceId])
  const runtimes = await importedOf(sql, workspaceId, 'agent_runtime')
  return { registered, runtimes, agents: await importedOf(sql, workspaceId, 'agent') }
}

const INSERT_RUNTIMES = statement(
  'import_runtimes',
  `INSERT INTO runtime ("workspaceId", id, "daemonId", provider, name, metadata, "lastSeenAt", "createdAt")
   SELECT $1, x.id, x."daemonId", x.provider, x.name, x.metadata, x."lastSeenAt", x."createdAt"
   FROM json_to_recordset($2::json) AS x(id text, "daemonId" text, provider text, name text, metadata jsonb,
     "lastSeenAt" timestamptz, "createdAt" timestamptz)`,
)

const INSERT_AGENTS = statement(
  'import_agents',
  `INSERT INTO agent ("workspaceId", id, name, "runtimeId", "maxConcurrentTasks", config, "resumePolicy", "archivedAt", "createdAt")
   SELECT $1, x.id, x.name, x."runtimeId", x."maxConcurrentTasks", x.config, $3::jsonb, x."archivedAt", x."createdAt"
   FROM json_to_recordset($2::json) AS x(id text, name text, "runtimeId" text, "maxConcurrentTasks" int, config jsonb,
     "archivedAt" timestamptz, "createdAt" timestamptz)`,
)

export async function writeFleet(sql: Sql, workspaceId: string, plan: FleetPlan, now: Date): Promise<void> {
  const { runtimes, agents, ids, names } = plan
  if (plan.needsPlaceholder) await writePlaceholder(sql, workspaceId, names.placeholder, now)
  if (runtimes.length > 0) await sql.rows(INSERT_RUNTIMES, [workspaceId, JSON.stringify(runtimes)])
  if (agents.length > 0) {
    await sql.rows(INSERT_AGENTS, [workspaceId, JSON.stringify(agents), JSON.stringify(DEFAULT_POLICY)])
  }
  await writeImported(sql, workspaceId, ids, now)
}

const INSERT_PLACEHOLDER = statement(
  'import_placeholder',
  `INSERT INTO runtime ("workspaceId", id, "daemonId", provider, name, "deregisteredAt", "createdAt")
   VALUES ($1, $2, $3, $4, 'No runtime (imported)', $5, $5) ON CONFLICT DO NOTHING`,
)

/**
 * The placeholder is deregistered from the start: no daemon claims from it, and its agents can be moved to a real
 * runtime.
 */
export async function writePlaceholder(sql: Sql, workspaceId: string, id: string, now: Date): Promise<void> {
  const { daemonId, provider } = PLACEHOLDER_IDENTITY
  await sql.rows(INSERT_PLACEHOLDER, [workspaceId, id, daemonId, provider, now])
  await writeImported(sql, workspaceId, [{ ...PLACEHOLDER, id }], now)
}
