import type { Runtime } from '../generated/prisma/client.js'
import { newId } from '../database/ids.js'
import { statement } from '../database/sql.js'
import { MOST_RUNTIMES_PER_DAEMON } from './calls/bounds.js'
import type { Caller } from './calls/caller.js'
import { forbidsDaemon } from './calls/caller.js'
import type { Outcome } from './calls/outcome.js'
import { accepted, badInput } from './calls/outcome.js'
import { heldElsewhere, offlineBefore } from './calls/daemon-instance.js'
import type { Instance } from './calls/daemon-instance.js'
import type { Services } from './services/services.js'

export interface RegisterRuntimeInput {
  daemonId: string
  provider: string
  name?: string | null
  host?: string | null
  cliVersion?: string | null
  account?: string | null
  store?: string | null
  metadata?: unknown
  /** The process of the daemon; missing from clients that send none. */
  instance?: Instance | null
}

const HOLDER = statement(
  'runtime_of_daemon',
  `SELECT r.* FROM runtime r WHERE r."workspaceId" = $1 AND r."daemonId" = $2 AND r.provider = $3`,
)

/** Serializes concurrent registrations of one daemonId, so that none exceeds the bound. */
const TURN = statement(
  'register_turn',
  `SELECT pg_advisory_xact_lock(hashtextextended($1 || chr(10) || $2, 7238460117))`,
)

/** Tested on the current row by the statement that replaces it, because two machines may register at once. */
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
  `This daemonId has ${MOST_RUNTIMES_PER_DAEMON} runtimes, deregistered ones included, which is the limit. Register one ` +
    'of the providers that it has, or use another daemonId.',
)

/**
 * Registers a runtime, or registers it again under its old id: its identity is workspace, daemonId and provider. Every
 * field is replaced, except that a missing name keeps the old one. A deregistered runtime returns to service. Refused, for
 * a daemon that names its machine, while another machine with the same daemonId is not silent.
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
  // Tasks may have waited for it while it was deregistered.
  wakeUps.announce({ runtimes: [{ workspaceId: caller.workspaceId, runtimeId: runtime.id }], logs: [] })
  return accepted({ runtime })
}
