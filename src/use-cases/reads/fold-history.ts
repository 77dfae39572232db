import type { StoredEvent } from '../../event-log/stored-event.js'
import { foldable } from '../../event-log/stored-event.js'
import { readStreamPage } from '../../event-log/read-stream.js'
import { readSnapshot, snapshotsAround } from '../../event-log/session-snapshots.js'
import { readBase } from '../../event-log/sealed/sealed-base.js'
import type { Sql } from '../../database/sql.js'
import { evolve } from '../../session-pointer/fold.js'
import { initialState } from '../../session-pointer/session-state.js'
import type { Services } from '../services/services.js'
import type { SessionAt } from './session-at.js'
import { ConversationSealed } from '../calls/outcome.js'

/** Events read and folded per step: a millisecond or two that blocks the event loop. */
const STEP = 256

/** The session state after an event of a history. */
export interface HistoryPoint extends SessionAt {
  version: number
}

export const BEFORE_ALL: HistoryPoint = { state: initialState, position: '0', occurredAt: null, version: 0 }

interface Stream {
  workspaceId: string
  id: string
  version: number
  sealedVersion: number | null
}

/** Log positions that one fold answers, in log order. No snapshot lies between them. */
interface Stretch {
  positions: bigint[]
  /** Where the fold starts: a known state, or the position of a snapshot. */
  from: HistoryPoint | string
  /** The maximum number of events to read. */
  events: number
}

/**
 * Plans how to find the states of a conversation at these positions with the fewest events: each from the newest snapshot
 * before it, or from `before` if that is nearer. `before` must not be after the first position.
 *
 * @throws ConversationSealed if one of the positions is in the sealed part of the stream
 */
export async function planHistory(
  { database }: Pick<Services, 'database'>,
  conversation: Stream,
  positions: readonly bigint[],
  before: HistoryPoint = BEFORE_ALL,
): Promise<Stretch[]> {
  const wanted = [...new Set(positions)].sort((one, other) => (one < other ? -1 : 1))
  const known = await beginning(database.reads, conversation, before, wanted[0])
  const around = await snapshotsAround(database.reads, conversation, wanted)
  const stretches: Stretch[] = []
  let start = -1
  for (const position of wanted) {
    const { position: snapshot, version, nextVersion } = around.get(position) ?? NO_SNAPSHOT
    const from = version > known.version ? snapshot : known
    const first = Math.max(version, known.version)
    if (version !== start) stretches.push({ positions: [], from, events: 0 })
    start = version
    const stretch = stretches.at(-1)
    if (stretch === undefined) continue
    stretch.positions.push(position)
    // A workspace's positions have no gaps, so a range has at most as many events as positions.
    const last = Math.min(nextVersion ?? conversation.version, conversation.version, Number(position))
    stretch.events = Math.max(0, last - first)
  }
  return stretches
}

const NO_SNAPSHOT = { position: '0', version: 0, nextVersion: null }

/** Executes a plan. It works in small steps, each in a turn of `whose` token, so that claims continue in between. */
export async function foldHistory(
  services: Pick<Services, 'database' | 'turns'>,
  conversation: Stream,
  stretches: readonly Stretch[],
  whose: string,
): Promise<Map<bigint, HistoryPoint>> {
  const places = new Map<bigint, HistoryPoint>()
  for (const { positions, from } of stretches) {
    const start =
      typeof from === 'string'
        ? ((await readSnapshot(services.database.reads, conversation, from)) ?? BEFORE_ALL)
        : from
    await foldStretch(services, conversation, positions, start, whose, places)
  }
  return places
}

async function foldStretch(
  { database, turns }: Pick<Services, 'database' | 'turns'>,
  conversation: Stream,
  positions: readonly bigint[],
  from: HistoryPoint,
  whose: string,
  places: Map<bigint, HistoryPoint>,
): Promise<void> {
  const wanted = [...positions]
  let at = from
  for (;;) {
    const page = await readStreamPage(database.reads, conversation, at.version, String(wanted.at(-1) ?? 0n), STEP)
    await turns.next(whose)
    if (page[0]?.version !== at.version + 1) await assertNotSealed(database.reads, conversation, at)
    for (const event of page) {
      const position = BigInt(event.position)
      for (let first = wanted[0]; first !== undefined && first < position; first = wanted[0]) {
        places.set(first, at)
        wanted.shift()
      }
      at = after(at, event)
    }
    if (page.length < STEP) break
  }
  for (const position of wanted) places.set(position, at)
}

/**
 * Called when the next event is missing. The events may have moved to an archive file between the plan and the fold, and
 * folding the rest alone would give a wrong state.
 */
async function assertNotSealed(sql: Sql, { workspaceId, id }: Stream, at: HistoryPoint): Promise<void> {
  const base = await readBase(sql, workspaceId, id)
  if (base !== null && at.version < base.version) throw new ConversationSealed(id, base.version)
}

/** The start of the fold: after the sealed part, if there is one. */
async function beginning(
  sql: Sql,
  { workspaceId, id, sealedVersion }: Stream,
  from: HistoryPoint,
  first = 0n,
): Promise<HistoryPoint> {
  if (sealedVersion === null || from.version >= sealedVersion) return from
  const base = await readBase(sql, workspaceId, id)
  if (base === null) return from
  if (first < BigInt(base.position)) throw new ConversationSealed(id, base.version)
  return { ...base, occurredAt: null }
}

function after({ state }: HistoryPoint, event: StoredEvent): HistoryPoint {
  const { position, occurredAt, version } = event
  return { state: evolve(state, foldable(event)), position, occurredAt, version }
}
