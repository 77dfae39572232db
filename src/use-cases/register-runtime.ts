import type { Runtime } from '../generated/prisma/client.js'
import { newId } from '../database/ids.js'
import { statement } from '../database/sql.js'
import type { Caller } from './caller.js'
import { forbidsDaemon } from './caller.js'
import type { Outcome } from './outcome.js'
import { accepted, notFound } from './outcome.js'
import type { Services } from './services.js'

export interface RegisterRuntimeInput {
  daemonId: string
  provider: string
  name?: string | null
  host?: string | null
  cliVersion?: string | null
  account?: string | null
  store?: string | null
  metadata?: unknown
}

const UPSERT = statement(
  'register_runtime',
  `INSERT INTO runtime AS r ("workspaceId", id, "daemonId", provider, name, host, "cliVersion", account, store, metadata,
     "lastSeenAt", "createdAt")
   VALUES ($1, $2, $3, $4, coalesce($5, $4 || ' on ' || coalesce($6, $3)), $6, $7, $8, $9, $10::jsonb, $11, $11)
   ON CONFLICT ("workspaceId", "daemonId", provider) DO UPDATE SET name = coalesce($5, r.name), host = excluded.host,
     "cliVersion" = excluded."cliVersion", account = excluded.account, store = excluded.store,
     metadata = excluded.metadata, "lastSeenAt" = excluded."lastSeenAt", "deregisteredAt" = NULL
   RETURNING r.*`,
)

/**
 * Makes a runtime known, or known again under its old id: identity is workspace, daemonId and provider. Says everything
 * anew but the name, which stays when none is given; a deregistered runtime comes back.
 */
export async function registerRuntime(
  { database, clock, wakeUps }: Services,
  caller: Caller,
  input: RegisterRuntimeInput,
): Promise<Outcome<{ runtime: Runtime }>> {
  const forbidden = forbidsDaemon(caller, input.daemonId)
  if (forbidden !== null) return forbidden
  const [runtime] = await database.sql.rows<Runtime>(UPSERT, [
    caller.workspaceId,
    newId('rt'),
    input.daemonId,
    input.provider,
    input.name ?? null,
    input.host ?? null,
    input.cliVersion ?? null,
    input.account ?? null,
    input.store ?? null,
    input.metadata == null ? null : JSON.stringify(input.metadata),
    clock.now(),
  ])
  if (runtime === undefined) return notFound('rt', input.daemonId)
  // It may have been deregistered while tasks waited for it.
  wakeUps.announce({ runtimes: [{ workspaceId: caller.workspaceId, runtimeId: runtime.id }], logs: [] })
  return accepted({ runtime })
}
