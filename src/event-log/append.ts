import { byId } from '../database/by-keys.js'
import { step } from '../database/step.js'
import type { StepCall } from '../database/step.js'
import type { NewEvent } from '../session-pointer/events.js'
import type { SessionState } from '../session-pointer/session-state.js'
import { FOLD_VERSION } from '../session-pointer/session-state.js'
import { CURRENT_SCHEMA_VERSION } from '../session-pointer/upcast.js'
import { chainDigest } from './digest.js'
import { WRITE_SNAPSHOTS } from './session-snapshots.js'

/** A new event to append. `occurredAt` is set only on imported history, whose events happened before their append. */
export type TimedEvent = NewEvent & { occurredAt?: Date }

/** New events of one conversation. They follow version `expectedVersion` of its stream; 0 opens a new conversation. */
export interface Append {
  workspaceId: string
  conversationId: string
  expectedVersion: number
  actor: string
  occurredAt: Date
  events: readonly (TimedEvent & { id: string })[]
  /** The session state after the last of these events. */
  state: SessionState
  /** The intermediate states to keep as snapshots (isSnapshot). */
  snapshots?: readonly SessionState[]
  /** Set only where expectedVersion is 0. */
  opening: ConversationOpening | null
  /** The digest of the stream's last event; NO_DIGEST for a new conversation. */
  previousDigest: string
  /** Whether the events count as activity for people: messages, new work, the end of work. */
  activity: boolean
  /** Set only with an opening: the times of an imported conversation. Default: `occurredAt` for all of them. */
  times?: ConversationTimes | undefined
}

export interface ConversationTimes {
  createdAt: Date
  updatedAt: Date
  lastActivityAt: Date
  archivedAt: Date | null
}

export interface ConversationOpening {
  kind: 'CHAT' | 'ISSUE'
  agentId: string
  issueKey: string | null
  title: string | null
}

const OPEN = step(
  'open_streams',
  ['json', 'int'],
  // Rows are inserted in the order of their unique key, so that processes that open the same threads wait in turn and do
  // not deadlock.
  `INSERT INTO conversation ("workspaceId", id, kind, "agentId", "issueKey", title, version, state, "foldVersion",
     digest, "createdAt", "updatedAt", "lastActivityAt", "archivedAt")
   SELECT s."workspaceId", s.id, s.kind, s."agentId", s."issueKey", s.title, s.version, s.state, $2, s.digest, s."createdAt",
     s."updatedAt", s."lastActivityAt", s."archivedAt"
   FROM json_to_recordset($1::json) AS s("workspaceId" text, id text, kind text, "agentId" text, "issueKey" text, title text,
     version int, state jsonb, digest text, "createdAt" timestamptz, "updatedAt" timestamptz, "lastActivityAt" timestamptz,
     "archivedAt" timestamptz)
   ORDER BY s."workspaceId", s."agentId", s."issueKey"
   ON CONFLICT DO NOTHING`,
  { changes: 'json_array_length($1)' },
)

const ADVANCE = step(
  'advance_streams',
  ['text[]', 'text[]', 'int[]', 'jsonb', 'int'],
  `UPDATE conversation c
   SET "foldVersion" = $5, (version, state, digest, "updatedAt", "lastActivityAt") = (
     SELECT s.version, s.state, s.digest, s.at, CASE WHEN s.activity THEN s.at ELSE c."lastActivityAt" END
     FROM jsonb_to_record($4::jsonb -> c.id) AS s(version int, state jsonb, digest text, at timestamptz, activity boolean))
   WHERE c.ctid = ANY (ARRAY(
     SELECT (SELECT r.ctid FROM conversation r WHERE r."workspaceId" = x.w AND r.id = x.id AND r.version = x.version)
     FROM unnest($1::text[], $2::text[], $3::int[]) AS x(w, id, version)))`,
  { changes: 'cardinality($1)' },
)

/**
 * Moves the heads of the workspaces' logs. A transaction locks conversation rows first and log heads last, in the order of
 * their ids, and holds the heads until commit. So position order is commit order, without gaps. (A plain sequence loses
 * events for a reader that follows the log; a transaction-id filter stalls behind any long transaction of the cluster.)
 */
const MOVE_HEADS = step(
  'move_log_heads',
  ['text[]', 'int[]'],
  `WITH locked AS MATERIALIZED (
     SELECT h."workspaceId" AS w, x.n FROM unnest($1::text[], $2::int[]) AS x(w, n)
       JOIN log_head h ON h."workspaceId" = x.w ORDER BY h."workspaceId" FOR UPDATE OF h
   )
   UPDATE log_head h SET position = h.position + (SELECT l.n FROM locked l WHERE l.w = h."workspaceId")
   WHERE h."workspaceId" = ANY (ARRAY(SELECT w FROM locked))
   RETURNING h."workspaceId", h.position::text AS position`,
  { answers: 'rows', changes: 'cardinality($1)' },
)

const WRITE_EVENTS = step(
  'write_events',
  ['text[]', 'json'],
  `WITH head AS MATERIALIZED (
     SELECT h."workspaceId" AS w, h.position FROM log_head h WHERE h."workspaceId" = ANY ($1::text[])
   )
   INSERT INTO session_event ("workspaceId", position, id, "conversationId", version, type, "schemaVersion", "taskId",
     "runtimeId", actor, "occurredAt", data, digest)
   SELECT e."workspaceId", (SELECT h.position FROM head h WHERE h.w = e."workspaceId") - e.after, e.id,
     e."conversationId", e.version, e.type, e."schemaVersion", e."taskId", e."runtimeId", e.actor, e."occurredAt", e.data, e.digest
   FROM json_to_recordset($2::json) AS e(after int, "workspaceId" text, "conversationId" text, id text, version int,
     type text, "schemaVersion" smallint, "taskId" text, "runtimeId" text, actor text, "occurredAt" timestamptz, data jsonb,
     digest text)`,
)

/**
 * The steps of an append, in this order: STREAM_STEPS update the streams' heads, LOG_STEPS write the log at the end of the
 * transaction.
 */
export const STREAM_STEPS = [OPEN, ADVANCE]
export const LOG_STEPS = [MOVE_HEADS, WRITE_EVENTS, WRITE_SNAPSHOTS]

/** The answers of {@link LOG_STEPS}, keyed by step name. */
export interface AppendAnswer {
  move_log_heads?: { workspaceId: string; position: string }[]
}

/**
 * The writes for events of several conversations, at most one append per conversation. If an expected version differs from
 * the stream's version (a conflict, or another call opened the conversation first), the whole transaction fails with 40001:
 * reload and decide again.
 */
export function appendWrites(appends: readonly Append[]): StepCall[] {
  const events = appends.flatMap(digestedEvents)
  if (events.length === 0) return []
  const left = new Map<string, number>()
  for (const { workspaceId } of events) left.set(workspaceId, (left.get(workspaceId) ?? 0) + 1)
  const workspaces = [...left.keys()]
  const heads = { step: MOVE_HEADS, values: [workspaces, [...left.values()]] }
  for (const event of events) {
    event.after = (left.get(event.workspaceId) ?? 0) - 1
    left.set(event.workspaceId, event.after)
  }
  const snapshots = appends.flatMap(({ conversationId, snapshots: kept = [] }) =>
    kept.flatMap((state) => {
      const event = events.find((one) => one.conversationId === conversationId && one.version === state.version)
      return event === undefined ? [] : { workspaceId: event.workspaceId, conversationId, after: event.after, state }
    }),
  )
  const opened = appends.filter(({ opening }) => opening !== null)
  const advanced = appends.filter(({ opening }) => opening === null)
  const last = new Map(events.map((event) => [event.conversationId, event]))
  const headOf = ({ conversationId, state }: Append) => {
    const { version, digest } = last.get(conversationId) ?? {}
    return { version, digest, state }
  }
  const calls: StepCall[] = [heads, { step: WRITE_EVENTS, values: [workspaces, JSON.stringify(events)] }]
  if (snapshots.length > 0) {
    calls.push({ step: WRITE_SNAPSHOTS, values: [JSON.stringify(snapshots), FOLD_VERSION] })
  }
  if (opened.length > 0) {
    const streams = opened.map((append) => ({ ...headOf(append), ...openingOf(append) }))
    calls.push({ step: OPEN, values: [JSON.stringify(streams), FOLD_VERSION] })
  }
  if (advanced.length > 0) {
    const keys = [
      advanced.map(({ workspaceId }) => workspaceId),
      advanced.map(({ conversationId }) => conversationId),
      advanced.map(({ expectedVersion }) => expectedVersion),
    ]
    const streams = byId(
      advanced.map((append) => {
        const { occurredAt: at, activity } = append
        return [append.conversationId, { ...headOf(append), at, activity }]
      }),
    )
    calls.push({ step: ADVANCE, values: [...keys, streams, FOLD_VERSION] })
  }
  return calls
}

function openingOf({ workspaceId, conversationId: id, occurredAt: at, opening, times }: Append) {
  return {
    workspaceId,
    id,
    ...opening,
    ...(times ?? { createdAt: at, updatedAt: at, lastActivityAt: at, archivedAt: null }),
  }
}

/** The position of the last event of each append, in the order of the appends. */
export function lastPositions(appends: readonly Append[], { move_log_heads = [] }: AppendAnswer): bigint[] {
  const heads = new Map(move_log_heads.map(({ workspaceId, position }) => [workspaceId, BigInt(position)]))
  const positions: bigint[] = []
  for (const { workspaceId, events } of appends.toReversed()) {
    const position = heads.get(workspaceId) ?? 0n
    positions.unshift(position)
    heads.set(workspaceId, position - BigInt(events.length))
  }
  return positions
}

function digestedEvents({ workspaceId, conversationId, expectedVersion, ...append }: Append) {
  let digest = append.previousDigest
  const { actor } = append
  return append.events.map((event, index) => {
    const { id, type, taskId, runtimeId, data, occurredAt = append.occurredAt } = event
    const version = expectedVersion + index + 1
    const schemaVersion = CURRENT_SCHEMA_VERSION[type]
    digest = chainDigest(digest, { version, id, type, schemaVersion, taskId, runtimeId, actor, occurredAt, data })
    return {
      workspaceId,
      conversationId,
      version,
      id,
      type,
      schemaVersion,
      taskId,
      runtimeId,
      actor,
      occurredAt: occurredAt.toISOString(),
      data,
      digest,
      /** The number of events that follow this one in the same workspace. */
      after: 0,
    }
  })
}
