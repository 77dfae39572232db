import type { Runtime } from '../generated/prisma/client.js'
import { HELD } from '../claim-queue/states.js'
import type { Sql } from '../database/sql.js'
import { statement } from '../database/sql.js'
import type { Caller } from './calls/caller.js'
import { forbidsDaemon } from './calls/caller.js'
import { refusesInstance } from './calls/daemon-instance.js'
import type { Instance } from './calls/daemon-instance.js'
import type { Outcome } from './calls/outcome.js'
import { accepted, badInput, notFound } from './calls/outcome.js'
import type { Services } from './services/services.js'
import { loadRuntimes } from './transaction/load-rows.js'

export type ClaimVerdict = 'HELD' | 'CANCELLED' | 'LOST'

export interface HeartbeatInput {
  daemonId: string
  runtimeIds: readonly string[]
  claims?: readonly ClaimKey[] | null
  /** The process of the daemon; missing from clients that send none. */
  instance?: Instance | null
  /** Accounts that changed since the runtimes were registered, for example because a login was repaired. */
  accounts?: readonly { runtimeId: string; account: string }[] | null
}

interface ClaimKey {
  taskId: string
  claimToken: string
}

export interface HeldClaim {
  taskId: string
  verdict: ClaimVerdict
  /** Set on a HELD claim: when it expires unless it is renewed. */
  leaseExpiresAt: Date | null
}

/** A beat this soon after the last one writes nothing. */
const SEEN_RESOLUTION_MS = 1000

const SEEN = statement(
  'see_runtimes',
  `WITH known AS (
     SELECT r.id FROM runtime r WHERE r."workspaceId" = $1 AND r.id = ANY($2::text[])
       AND (r."lastSeenAt" IS NULL OR r."lastSeenAt" < $4) ORDER BY r.id FOR UPDATE
   )
   UPDATE runtime r SET "lastSeenAt" = $3 FROM known k WHERE r."workspaceId" = $1 AND r.id = k.id`,
)

/**
 * Locks the claims in id order, as everywhere, so that a renewal and an expiry of the same claims wait for each other in
 * turn.
 */
const RENEW = statement(
  'renew_held_claims',
  `WITH asked AS (
     SELECT DISTINCT x.id, x.token FROM unnest($2::text[], $3::text[]) AS x(id, token)
   ), held AS (
     SELECT c."taskId", c."claimToken", c."runtimeId" FROM dispatch c
     WHERE c."workspaceId" = $1 AND c."taskId" = ANY($2::text[]) AND c.state = ${HELD} ORDER BY c."taskId" FOR UPDATE
   )
   UPDATE dispatch c SET "leaseExpiresAt" = $5::timestamptz + make_interval(secs => c."leaseSeconds")
   FROM held h JOIN asked a ON a.id = h."taskId" AND a.token = h."claimToken"
     JOIN runtime r ON r."workspaceId" = $1 AND r.id = h."runtimeId" AND r."daemonId" = $4
   WHERE c."workspaceId" = $1 AND c."taskId" = h."taskId"
   RETURNING c."taskId", c."claimToken", 'HELD' AS verdict, c."leaseExpiresAt"`,
)

/**
 * Runs after the renewal, as a separate statement, so that it sees a cancellation that committed while the renewal waited
 * for the lock.
 */
const CANCELLED = statement(
  'cancelled_claims',
  `SELECT x.id AS "taskId", x.token AS "claimToken", 'CANCELLED' AS verdict, null AS "leaseExpiresAt"
   FROM unnest($2::text[], $3::text[]) AS x(id, token)
     JOIN task_row t ON t."workspaceId" = $1 AND t.id = x.id AND t."claimToken" = x.token AND t.status = 'CANCELLED'
     JOIN runtime r ON r."workspaceId" = $1 AND r.id = t."runtimeId" AND r."daemonId" = $4`,
)

/**
 * Records that the daemon is alive and holds these claims. Renews each claim by its lease, and returns those that the
 * daemon must give up.
 */
export async function heartbeat(
  { database, clock, timers, wakeUps }: Services,
  caller: Caller,
  { daemonId, runtimeIds, claims, instance, accounts }: HeartbeatInput,
): Promise<Outcome<{ runtimes: Runtime[]; claims: HeldClaim[]; nextHeartbeatSeconds: number }>> {
  const { workspaceId } = caller
  const forbidden = forbidsDaemon(caller, daemonId)
  if (forbidden !== null) return forbidden
  const known = await loadRuntimes(
    database.sql,
    runtimeIds.map((id) => [workspaceId, id] as const),
  )
  for (const id of runtimeIds) {
    const runtime = known.find((row) => row.id === id)
    if (runtime === undefined) return notFound('rt', id)
    if (runtime.daemonId !== daemonId) {
      return badInput('input.runtimeIds', `Runtime ${id} belongs to daemon ${runtime.daemonId}, not to ${daemonId}.`)
    }
  }
  const stray = accounts?.find(({ runtimeId }) => !runtimeIds.includes(runtimeId))
  if (stray !== undefined) return badInput('input.accounts', `Runtime ${stray.runtimeId} is not in input.runtimeIds.`)
  const elsewhere = refusesInstance(instance, known, timers)
  if (elsewhere !== null) return elsewhere
  if (accounts != null && accounts.length > 0) await tellAccounts(database.sql, wakeUps, workspaceId, accounts)
  const now = clock.now()
  const before = new Date(now.getTime() - SEEN_RESOLUTION_MS)
  const held = claims ?? []
  const [, verdicts] = await Promise.all([
    database.sql.rows(SEEN, [workspaceId, runtimeIds, now, before]),
    verdictsOn(database.sql, workspaceId, daemonId, held, now),
  ])
  return accepted({
    runtimes: known.map((runtime) => ({
      ...runtime,
      account: accounts?.find(({ runtimeId }) => runtimeId === runtime.id)?.account ?? runtime.account,
      lastSeenAt: now,
    })),
    claims: verdicts,
    nextHeartbeatSeconds: timers.heartbeat,
  })
}

const TELL_ACCOUNTS = statement(
  'tell_accounts',
  `WITH reported AS (
     SELECT r.id, x.account FROM unnest($2::text[], $3::text[]) AS x(id, account)
       JOIN runtime r ON r."workspaceId" = $1 AND r.id = x.id AND r.account IS DISTINCT FROM x.account
     ORDER BY r.id FOR UPDATE OF r
   )
   UPDATE runtime r SET account = t.account FROM reported t WHERE r."workspaceId" = $1 AND r.id = t.id RETURNING r.id`,
)

/** A changed account ends the cooling, so claims that wait for the runtime may find work. */
async function tellAccounts(
  sql: Sql,
  wakeUps: Services['wakeUps'],
  workspaceId: string,
  accounts: readonly { runtimeId: string; account: string }[],
): Promise<void> {
  const changed = await sql.rows<{ id: string }>(TELL_ACCOUNTS, [
    ...[workspaceId, accounts.map(({ runtimeId }) => runtimeId), accounts.map(({ account }) => account)],
  ])
  wakeUps.announce({ runtimes: changed.map(({ id }) => ({ workspaceId, runtimeId: id })), logs: [] })
}

type Verdict = HeldClaim & ClaimKey

async function verdictsOn(
  sql: Sql,
  workspaceId: string,
  daemonId: string,
  held: readonly ClaimKey[],
  now: Date,
): Promise<HeldClaim[]> {
  if (held.length === 0) return []
  const keys = [workspaceId, held.map(({ taskId }) => taskId), held.map(({ claimToken }) => claimToken), daemonId]
  const verdicts = await sql.rows<Verdict>(RENEW, [...keys, now])
  if (verdicts.length < held.length) verdicts.push(...(await sql.rows<Verdict>(CANCELLED, keys)))
  return held.map(({ taskId, claimToken }) => {
    const verdict = verdicts.find((one) => one.taskId === taskId && one.claimToken === claimToken)
    return { taskId, verdict: verdict?.verdict ?? 'LOST', leaseExpiresAt: verdict?.leaseExpiresAt ?? null }
  })
}
