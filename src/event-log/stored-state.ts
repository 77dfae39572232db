import type { Sql } from '../database/sql.js'
import { statement } from '../database/sql.js'
import type { FoldableEvent } from '../session-pointer/events.js'
import { foldEvents } from '../session-pointer/fold.js'
import { isCurrentFold } from '../session-pointer/when-stored.js'
import type { SessionState } from '../session-pointer/session-state.js'
import { initialState } from '../session-pointer/session-state.js'
import { readStream } from './read-stream.js'
import { readBase } from './sealed/sealed-base.js'
import { foldable, STORED_EVENT_ROW, storedEventOf } from './stored-event.js'
import type { StoredEventRow } from './stored-event.js'

/** The columns of a conversation's row that its session state is read from. */
export interface StoredState {
  workspaceId: string
  id: string
  version: number
  foldVersion: number
  /** The state at an earlier version, or at this one (see isStored of when-stored.ts). */
  state: unknown
  /** The digest of the stream's last event, for a look into the states that this process remembers. */
  digest?: string
}

/** One state per conversation. Each grows with the number of the conversation's sessions. */
const MOST = 4096

/**
 * Session states that this process has folded and did not store, so that a run's next call reads no events. The digest of a stream's last
 * event covers the whole stream, so a state with the same digest is never out of date, whoever wrote in between.
 */
export class RecentStates {
  private readonly states = new Map<string, { digest: string; state: SessionState }>()

  get(conversationId: string, digest: string): SessionState | undefined {
    const known = this.states.get(conversationId)
    return known?.digest === digest ? known.state : undefined
  }

  /**
   * `state`: null where the row has it. A state with unknown events is not kept, because only the stream says whether this
   * build can read them.
   */
  set(conversationId: string, digest: string, state: SessionState | null): void {
    this.states.delete(conversationId)
    if (state === null || state.unknownEvents > 0) return
    this.states.set(conversationId, { digest, state })
    if (this.states.size <= MOST) return
    const [oldest] = this.states.keys()
    if (oldest !== undefined) this.states.delete(oldest)
  }
}

const READ_BEHIND = statement(
  'read_events_behind',
  `SELECT x.n::int AS n, b.row
   FROM unnest($1::text[], $2::text[], $3::int[], $4::int[]) WITH ORDINALITY AS x(w, id, after, through, n) CROSS JOIN LATERAL (
     SELECT ${STORED_EVENT_ROW} FROM session_event e
     WHERE e."workspaceId" = x.w AND e."conversationId" = x.id AND e.version > x.after AND e.version <= x.through
     ORDER BY e.version OFFSET 0) b`,
)

/**
 * The session states of these conversations at the versions of their rows. A stored state that lags is folded on with the
 * events behind it, which are read for all conversations in one statement. A stream is folded anew if another fold version
 * wrote its state, or if the state counts unknown events, which this build may be able to read.
 */
export async function currentStates(
  sql: Sql,
  rows: readonly StoredState[],
  { recent, onRefold }: { recent?: RecentStates; onRefold?: () => void } = {},
): Promise<SessionState[]> {
  const known = rows.map(({ id, version, digest, state, foldVersion }) => {
    const folded = digest === undefined ? undefined : recent?.get(id, digest)
    if (folded?.version === version) return folded
    const stored = state as SessionState
    return isCurrentFold(foldVersion) && stored.unknownEvents === 0 ? stored : null
  })
  const lagging = rows.flatMap((row, index) => {
    const from = known[index]?.version ?? row.version
    return from < row.version ? [{ row, from }] : []
  })
  const behind = lagging.length === 0 ? null : await readBehind(sql, lagging)
  const current: SessionState[] = []
  for (const [index, row] of rows.entries()) {
    const state = known[index] ?? null
    const events = behind?.get(row) ?? []
    if (state === null) onRefold?.()
    // Events that are missing have left for an archive file since the row was read.
    const isWhole = state !== null && state.version + events.length === row.version
    current.push(isWhole ? foldEvents(events, state) : await refolded(sql, row))
  }
  return current
}

/** As {@link currentStates}, of one conversation. */
export async function currentState(sql: Sql, row: StoredState): Promise<SessionState> {
  const [state = initialState] = await currentStates(sql, [row])
  return state
}

/** By row, because one conversation may be asked for by several rows, of one version or of several. */
async function readBehind(
  sql: Sql,
  lagging: readonly { row: StoredState; from: number }[],
): Promise<Map<StoredState, FoldableEvent[]>> {
  const behind = lagging.map(({ row }): [StoredState, FoldableEvent[]] => [row, []])
  const found = await sql.rows<StoredEventRow & { n: number }>(READ_BEHIND, [
    lagging.map(({ row }) => row.workspaceId),
    lagging.map(({ row }) => row.id),
    lagging.map(({ from }) => from),
    lagging.map(({ row }) => row.version),
  ])
  for (const event of found) behind[event.n - 1]?.[1].push(foldable(storedEventOf(event)))
  return new Map(behind)
}

/**
 * Reads the events first: those that leave for an archive file meanwhile are in the base that is read after them. If a
 * restore has put the first events back between the two reads, neither has them, and both are read again.
 */
async function refolded(sql: Sql, row: StoredState, again = true): Promise<SessionState> {
  const { workspaceId, id, version: through } = row
  const events = await readStream(sql, workspaceId, id)
  const base = await readBase(sql, workspaceId, id)
  const from = base?.version ?? 0
  const rest = events.filter(({ version }) => version > from && version <= through)
  if (again && (rest[0]?.version ?? from + 1) !== from + 1) return refolded(sql, row, false)
  return foldEvents(rest.map(foldable), base?.state)
}
