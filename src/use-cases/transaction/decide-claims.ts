import type { Ask } from './load-claim-batch.js'
import type { TransactionSql } from '../../database/sql.js'
import { requestName } from '../../event-log/request-records.js'
import type { RequestRecord } from '../../event-log/request-records.js'
import { replayOf } from '../replay.js'
import { allocateClaims } from './allocate-claims.js'
import { claimOne, withRecord } from './claim-one.js'
import type { ClaimAsk, ClaimResult, RecordedClaim } from './claim-ask.js'
import type { BatchResult } from './group-commit.js'
import { loadClaimBatch } from './load-claim-batch.js'
import type { LoadedClaimBatch } from './load-claim-batch.js'
import type { Decided, LaneSetting } from './lane.js'
import type { Change } from './write-changes.js'

/** Locks what the calls may get, and reads what their decisions and answers need. */
export function loadClaims(
  sql: TransactionSql,
  asks: readonly ClaimAsk[],
  { clock, observer, recent }: LaneSetting,
): Promise<LoadedClaimBatch> {
  const first = firstOfEachRequest(asks)
  return loadClaimBatch(
    sql,
    first.flatMap(({ request }) => request ?? []),
    jointAsks(first),
    first.some(({ again }) => again === true),
    clock.now(),
    { recent, onRefold: () => observer.refolded() },
  )
}

/** Shares the picked tasks out among the calls, and decides for each which session it may resume. Pure. */
export function decideClaims(
  asks: readonly ClaimAsk[],
  loaded: LoadedClaimBatch,
  claimLease: number,
  now: Date,
): Decided<ClaimResult> {
  const isFirst = new Set(firstOfEachRequest(asks))
  const settled = asks.map((ask) => settledBefore(ask, isFirst.has(ask), loaded.records))
  const open = asks.filter((_, index) => settled[index] === null)
  const shares = allocateClaims(open.map(wantOf), loaded.picked, loaded.room)
  const changes: Change[] = []
  let next = 0
  const results = settled.map((result, index): BatchResult<ClaimResult> => {
    if (result !== null) return result
    const ask = asks[index]
    const share = shares[next++]
    if (ask === undefined || share === undefined) return { settled: { claimed: [] } }
    const claims = share.map((pick) => claimOne(pick, ask, loaded, claimLease, now))
    changes.push(...withRecord(claims, ask))
    return { settled: { claimed: claims.map(({ claimed }) => claimed) } }
  })
  return { results, changes }
}

/** Without the second of two copies of one call. */
function firstOfEachRequest(asks: readonly ClaimAsk[]): ClaimAsk[] {
  const names = new Set<string>()
  return asks.filter(({ request }) => {
    if (request === null) return true
    const name = requestName(request)
    return names.size < names.add(name).size
  })
}

/** The result of a call that needs no picking: one that was answered before, or the second of two copies in one batch. */
function settledBefore(
  { request }: ClaimAsk,
  isFirst: boolean,
  records: ReadonlyMap<string, RequestRecord>,
): BatchResult<ClaimResult> | null {
  if (request === null) return null
  const record = records.get(requestName(request))
  if (record === undefined) return isFirst ? null : 'again'
  const replay = replayOf(request, record)
  return { settled: 'refused' in replay ? replay : { replayed: (replay.answer as { claims: RecordedClaim[] }).claims } }
}

/** Each runtime once, for as many tasks as all calls together would take from it. */
function jointAsks(asks: readonly ClaimAsk[]): Ask[] {
  const joint = new Map<string, Ask>()
  for (const { caller, runtimeIds, max } of asks) {
    for (const runtimeId of new Set(runtimeIds)) {
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
