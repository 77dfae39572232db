import type { Runtime } from '../../generated/prisma/client.js'
import { pickClaimable } from '../../claim-queue/pick.js'
import type { Ask, Picked } from '../../claim-queue/pick.js'
import type { Clock } from '../../database/clock.js'
import type { Database, Sql } from '../../database/sql.js'
import { findRequestRecords, requestName } from '../../event-log/request-records.js'
import type { RequestRecord } from '../../event-log/request-records.js'
import { currentState } from '../../event-log/stored-state.js'
import type { Hints } from '../../wake-ups/hint.js'
import { forbidsDaemon } from '../caller.js'
import type { Observer } from '../observer.js'
import { notFound } from '../outcome.js'
import type { Refusal } from '../outcome.js'
import { allocateClaims } from './allocate-claims.js'
import { claimOne, withRecord } from './claim-one.js'
import type { LoadedPicks } from './claim-one.js'
import type { ClaimAsk, ClaimResult, RecordedClaim } from './claim-ask.js'
import type { BatchResult } from './group-commit.js'
import { loadClaimTexts } from './load-claim-texts.js'
import { enterDecision } from './decision-barrier.js'
import { countActive, loadRuntimes, loadSources, loadTasks, lockAgents, loadConversationRows } from './load-rows.js'
import { eventsOf, writeChanges } from './write-changes.js'
import type { Change } from './write-changes.js'

/** Claims of several calls as one transaction: pick and lock, load, decide each resume, write all. */
export async function runClaimBatch(
  database: Database,
  clock: Clock,
  claimLease: number,
  asks: readonly ClaimAsk[],
  observer: Observer,
): Promise<{ results: BatchResult<ClaimResult>[]; hints: Hints; events: number }> {
  return database.transaction(async (sql) => {
    const keys = asks.flatMap(({ caller, runtimeIds }) => runtimeIds.map((id) => [caller.workspaceId, id] as const))
    const [, runtimeRows, records] = await Promise.all([
      enterDecision(database, sql),
      loadRuntimes(sql, keys),
      findRequestRecords(
        sql,
        asks.flatMap(({ request }) => request ?? []),
      ),
    ])
    const runtimes = new Map(runtimeRows.map((row) => [row.id, row]))
    const results = settledBefore(asks, runtimes, records)
    const open = asks.filter((_, index) => results[index] === null)
    const picked = await pickClaimable(
      sql,
      jointAsks(open, runtimes),
      open.some(({ again }) => again === true),
    )
    const now = clock.now()
    const granted = picked.length === 0 ? null : await loadPicked(sql, picked, observer)
    const changes: Change[] = []
    const shares = allocateClaims(open.map(wantOf), picked, granted?.room ?? new Map())
    let next = 0
    const answers = results.map((result, index): BatchResult<ClaimResult> => {
      if (result !== null) return result
      const ask = asks[index]
      const share = shares[next++]
      if (ask === undefined || share === undefined || granted === null) return { settled: { claimed: [] } }
      const claims = share.map((pick) => claimOne(pick, ask, granted, runtimes, claimLease, now))
      changes.push(...withRecord(claims, ask))
      return { settled: { claimed: claims.map(({ claimed }) => claimed) } }
    })
    return { results: answers, hints: await writeChanges(sql, changes, now), events: eventsOf(changes) }
  })
}

/** The calls that need no picking: refused, made before, or the second of two copies in one batch. */
function settledBefore(
  asks: readonly ClaimAsk[],
  runtimes: ReadonlyMap<string, Runtime>,
  records: ReadonlyMap<string, RequestRecord>,
): (BatchResult<ClaimResult> | null)[] {
  const names = new Set<string>()
  return asks.map((ask) => {
    const refusal = refusalOf(ask, runtimes)
    if (refusal !== null) return { settled: { refused: refusal } }
    if (ask.request === null) return null
    const name = requestName(ask.request)
    const record = records.get(name)
    if (record === undefined) {
      if (names.has(name)) return 'again'
      names.add(name)
      return null
    }
    if (record.argumentsHash === ask.request.argumentsHash) {
      return { settled: { replayed: (record.answer as { claims: RecordedClaim[] }).claims } }
    }
    const message = `requestId ${record.requestId} was used before with other arguments. Use a new one for a new call.`
    return { settled: { refused: { code: 'REQUEST_ID_REUSED', message } } }
  })
}

function refusalOf({ caller, runtimeIds }: ClaimAsk, runtimes: ReadonlyMap<string, Runtime>): Refusal | null {
  for (const id of runtimeIds) {
    const runtime = runtimes.get(id)
    if (runtime?.workspaceId !== caller.workspaceId) return notFound('rt', id).refusal
    const forbidden = forbidsDaemon(caller, runtime.daemonId)
    if (forbidden !== null) return forbidden.refusal
  }
  return null
}

/** Each runtime once, for as many tasks as all calls together would take from it. */
function jointAsks(asks: readonly ClaimAsk[], runtimes: ReadonlyMap<string, Runtime>): Ask[] {
  const joint = new Map<string, Ask>()
  for (const { caller, runtimeIds, max } of asks) {
    for (const runtimeId of new Set(runtimeIds)) {
      if (runtimes.get(runtimeId)?.deregisteredAt !== null) continue
      const ask = joint.get(runtimeId)
      if (ask === undefined) joint.set(runtimeId, { workspaceId: caller.workspaceId, runtimeId, want: max })
      else ask.want += max
    }
  }
  return [...joint.values()]
}

function wantOf({ caller, runtimeIds, max }: ClaimAsk): {
  workspaceId: string
  runtimeIds: readonly string[]
  max: number
} {
  return { workspaceId: caller.workspaceId, runtimeIds: [...new Set(runtimeIds)], max }
}

async function loadPicked(sql: Sql, picked: readonly Picked[], observer: Observer): Promise<LoadedPicks> {
  const taskKeys = picked.map(({ workspaceId, taskId }) => [workspaceId, taskId] as const)
  const agentKeys = distinct(picked.map(({ workspaceId, agentId }) => [workspaceId, agentId] as const))
  const conversationKeys = picked.map(({ workspaceId, conversationId }) => [workspaceId, conversationId] as const)
  const [conversations, tasks, sources, agents, active, texts] = await Promise.all([
    loadConversationRows(sql, conversationKeys),
    loadTasks(sql, taskKeys, []),
    loadSources(sql, taskKeys),
    lockAgents(sql, agentKeys),
    countActive(sql, agentKeys),
    loadClaimTexts(
      sql,
      picked.map(({ workspaceId, taskId }) => ({ workspaceId, id: taskId })),
    ),
  ])
  for (const conversation of conversations) {
    conversation.state = await currentState(sql, conversation, () => observer.refolded())
  }
  return {
    active,
    texts,
    room: new Map(agents.map(({ id, maxConcurrentTasks }) => [id, maxConcurrentTasks - (active.get(id) ?? 0)])),
    agents: new Map(agents.map((row) => [row.id, row])),
    tasks: new Map(tasks.map((row) => [row.id, row])),
    sources: new Map(sources.map((row) => [row.id, row])),
    conversations: new Map(conversations.map((row) => [row.id, row])),
  }
}

function distinct(keys: readonly (readonly [string, string])[]): (readonly [string, string])[] {
  return [...new Map(keys.map((key) => [key[1], key])).values()]
}
