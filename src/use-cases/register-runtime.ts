import type { Runtime } from '../generated/prisma/client.js'
import { newId } from '../database/ids.js'
import { statement } from '../database/sql.js'
import { MOST_RUNTIMES_PER_DAEMON } from './bounds.js'
import type { Caller } from './caller.js'
import { forbidsDaemon } from './caller.js'
import type { Outcome } from './outcome.js'
import { accepted, badInput } from './outcome.js'
import { heldElsewhere, offlineBefore } from './daemon-instance.js'
import type { Instance } from './daemon-instance.js'
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
  /** The process of the daemon. Left out by clients that know of none. */
  instance?: Instance | null
}

const HOLDER = statement(
  'runtime_of_daemon',
  `SELECT r.* FROM runtime r WHERE r."workspaceId" = $1 AND r."daemonId" = $2 AND r.provider = $3`,
)

/** Runtimes of one daemonId that are registered at once take turns, so that none goes past the bound. */
const TURN = statement(
  'register_turn',
  `SELECT pg_advisory_xact_lock(hashtextextended($1 || chr(10) || $2, 7238460117))`,
)

/** Of the row as it stands, in the statement that replaces it: two machines that register at once take turns. */
const HELD_BY_ANOTHER_MACHINE = `(r."deregisteredAt" IS NULL AND r."instanceMachine" <> $13::text AND r."lastSeenAt" >= $15::timestamptz)`

const UPSERT = statement(
  'register_runtime',
  `INSERT INTO runtime AS r ("workspaceId", id, "daemonId", provider, name, host, "cliVersion", account, store, metadata,
     "lastSeenAt", "createdAt", "instanceId", "instanceMachine", "instanceHost")
   SELECT $1, $2, $3, $4, coalesce($5, $4 || ' on ' || coalesce($6, $3)), $6, $7, $8, $9, $10::jsonb, $11::timestamptz,
     $11::timestamptz, $12, $13, $14
   WHERE EXISTS (SELECT FROM runtime k WHERE k."workspaceId" = $1 AND k."daemonId" = $3 AND k.provider = $4)
     OR (SELECT count(*) FROM runtime k WHERE k."workspaceId" = $1 AND k."daemonId" = $3) < $16::int
   ON CONFLICT ("workspaceId", "daemonId", provider) DO UPDATE SET name = coalesce($5, r.name), host = excluded.host,
     "cliVersion" = excluded."cliVersion", account = excluded.account, store = excluded.store,
     metadata = excluded.metadata, "lastSeenAt" = excluded."lastSeenAt", "deregisteredAt" = NULL,
     "instanceId" = excluded."instanceId", "instanceMachine" = excluded."instanceMachine",
     "instanceHost" = excluded."instanceHost"
   WHERE $13::text IS NULL OR ${HELD_BY_ANOTHER_MACHINE} IS NOT TRUE
   RETURNING r.*`,
)

const tooManyRuntimes = badInput(
  'input.provider',
  `This daemonId has ${MOST_RUNTIMES_PER_DAEMON} runtimes, deregistered ones included, which is the most. Register one ` +
    'of the providers that it has, or use another daemonId.',
)

/**
 * Makes a runtime known, or known again under its old id: identity is workspace, daemonId and provider. Says everything
 * anew but the name, which stays when none is given; a deregistered runtime comes back. While another machine is heard of
 * under the same daemonId, it is refused (one that says which machine it is).
 */
export async function registerRuntime(
  { database, clock, wakeUps, timers }: Services,
  caller: Caller,
  input: RegisterRuntimeInput,
): Promise<Outcome<{ runtime: Runtime }>> {
  const forbidden = forbidsDaemon(caller, input.daemonId)
  if (forbidden !== null) return forbidden
  const now = clock.now()
  const values = [
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
    now,
    ...[input.instance?.id ?? null, input.instance?.machine ?? null, input.instance?.host ?? null],
    offlineBefore(now, timers),
    MOST_RUNTIMES_PER_DAEMON,
  ]
  const [runtime] = await database.transaction(async (sql) => {
    await sql.rows(TURN, [caller.workspaceId, input.daemonId])
    return sql.rows<Runtime>(UPSERT, values)
  })
  if (runtime === undefined) {
    const [holder] = await database.sql.rows<Runtime>(HOLDER, [caller.workspaceId, input.daemonId, input.provider])
    return holder === undefined ? tooManyRuntimes : heldElsewhere(holder, timers)
  }
  // It may have been deregistered while tasks waited for it.
  wakeUps.announce({ runtimes: [{ workspaceId: caller.workspaceId, runtimeId: runtime.id }], logs: [] })
  return accepted({ runtime })
}
