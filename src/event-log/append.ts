import type { Sql } from '../database/sql.js'
import { runStep, step } from '../database/step.js'
import type { StepCall } from '../database/step.js'
import type { NewEvent } from '../session-pointer/events.js'
import type { SessionState } from '../session-pointer/session-state.js'
import { FOLD_VERSION } from '../session-pointer/session-state.js'
import { CURRENT_SCHEMA_VERSION } from '../session-pointer/upcast.js'
import { chainDigest } from './digest.js'

/** A fact to append. `occurredAt` is set where it happened at another time than its append: imported history. */
export type TimedEvent = NewEvent & { occurredAt?: Date }

/** New facts of one conversation, to stand after version `expectedVersion` of its stream (0: a new conversation). */
export interface Append {
  workspaceId: string
  conversationId: string
  expectedVersion: number
  actor: string
  occurredAt: Date
  events: readonly (TimedEvent & { id: string })[]
  /** The session state folded up to the last of these events. */
  state: SessionState
  /** Only with expectedVersion 0. */
  opening: ConversationOpening | null
  /** The digest of the stream's last event; NO_DIGEST for a new conversation. */
  previousDigest: string
  /** Whether people would call this activity: messages, new work, its end. */
  activity: boolean
}

export interface ConversationOpening {
  kind: 'CHAT' | 'ISSUE'
  agentId: string
  issueKey: string | null
  title: string | null
}

export interface Appended {
  conversationId: string
  /** The position of the append's last event. */
  lastPosition: bigint
}

/**
 * Locks taken so far are conversation rows; the workspaces' log heads come after everything else, in the order of
 * their ids, and are held until commit: position order is commit order, without gaps. (A plain sequence loses events
 * for a reader that follows the log; a transaction-id filter stalls behind any long transaction of the cluster.)
 * New conversations come in the order of what is unique about them: processes that open the same threads take turns.
 */
export const APPEND_EVENTS = step(
  'append_events',
  ['json', 'json', 'int'],
  `WITH stream AS (
     SELECT * FROM json_to_recordset($1::json) AS s("workspaceId" text, "conversationId" text, "expectedVersion" int,
       "eventCount" int, "state" jsonb, "at" timestamptz, "activity" boolean, "kind" text, "agentId" text, "issueKey" text, "title" text,
       "digest" text)
   ), opened AS (
     INSERT INTO conversation ("workspaceId", id, kind, "agentId", "issueKey", title, version, state, "foldVersion",
       digest, "createdAt", "updatedAt", "lastActivityAt")
     SELECT "workspaceId", "conversationId", kind, "agentId", "issueKey", title, "eventCount", state, $3, digest,
       at, at, at
     FROM stream WHERE "expectedVersion" = 0
     ORDER BY "workspaceId", "agentId", "issueKey"
     ON CONFLICT DO NOTHING
     RETURNING "workspaceId", id
   ), advanced AS (
     UPDATE conversation c
     SET "foldVersion" = $3, (version, state, digest, "updatedAt", "lastActivityAt") = (
       SELECT s."expectedVersion" + s."eventCount", s.state, s.digest, s.at,
         CASE WHEN s.activity THEN s.at ELSE c."lastActivityAt" END
       FROM stream s WHERE s."conversationId" = c.id LIMIT 1)
     WHERE c.ctid = ANY (ARRAY(
       SELECT (SELECT r.ctid FROM conversation r WHERE r."workspaceId" = s."workspaceId" AND r.id = s."conversationId"
         AND r.version = s."expectedVersion")
       FROM stream s WHERE s."expectedVersion" > 0))
     RETURNING c."workspaceId", c.id
   ), moved AS (
     SELECT * FROM opened UNION ALL SELECT * FROM advanced
   ), event AS (
     SELECT e.*, row_number() OVER (PARTITION BY e."workspaceId" ORDER BY e.place) AS n
     FROM json_to_recordset($2::json) AS e(place int, "workspaceId" text, "conversationId" text, id text, version int,
       type text, "schemaVersion" smallint, "taskId" text, "runtimeId" text, actor text, "occurredAt" timestamptz, data jsonb,
       digest text)
     JOIN moved m ON m."workspaceId" = e."workspaceId" AND m.id = e."conversationId"
   ), wanted AS (
     SELECT "workspaceId", count(*) AS n FROM event GROUP BY 1
   ), locked AS (
     SELECT h."workspaceId" FROM log_head h
     WHERE h."workspaceId" IN (SELECT "workspaceId" FROM wanted) ORDER BY h."workspaceId" FOR UPDATE
   ), head AS (
     UPDATE log_head h SET position = h.position + w.n
     FROM locked l JOIN wanted w USING ("workspaceId") WHERE h."workspaceId" = l."workspaceId"
     RETURNING h."workspaceId", h.position - w.n AS base
   ), written AS (
     INSERT INTO session_event ("workspaceId", position, id, "conversationId", version, type, "schemaVersion", "taskId",
       "runtimeId", actor, "occurredAt", data, digest)
     SELECT e."workspaceId", head.base + e.n, e.id, e."conversationId", e.version, e.type, e."schemaVersion", e."taskId",
       e."runtimeId", e.actor, e."occurredAt", e.data, e.digest
     FROM event e JOIN head USING ("workspaceId")
     RETURNING "workspaceId", "conversationId", position
   )
   SELECT "conversationId", max(position)::text AS "lastPosition" FROM written GROUP BY "workspaceId", "conversationId"`,
  { answers: 'rows', rowsExpected: 'json_array_length($1)' },
)

/** What the step answers, of each append that was written. */
export interface AppendedRow {
  conversationId: string
  lastPosition: string
}

/** As {@link appendEvents}; in a routine, a conflict undoes all of it (40001). */
export function appendWrites(appends: readonly Append[]): StepCall[] {
  return appends.length === 0 ? [] : [appendOf(appends)]
}

/**
 * Writes the events of several conversations, at most one append a conversation, inside the caller's transaction.
 * An append whose expected version is not the stream's (a conflict, or a conversation that another call opened first)
 * is missing from the answer and wrote nothing: reload and decide again.
 */
export async function appendEvents(sql: Sql, appends: readonly Append[]): Promise<Map<string, Appended>> {
  const rows = await runStep<AppendedRow>(sql, appendOf(appends))
  return new Map(
    rows.map((row) => [
      row.conversationId,
      { conversationId: row.conversationId, lastPosition: BigInt(row.lastPosition) },
    ]),
  )
}

function appendOf(appends: readonly Append[]): StepCall {
  const digested = appends.map(digestedEvents)
  const streams = appends.map((append, index) => ({
    workspaceId: append.workspaceId,
    conversationId: append.conversationId,
    expectedVersion: append.expectedVersion,
    eventCount: append.events.length,
    state: append.state,
    at: append.occurredAt,
    activity: append.activity,
    digest: digested[index]?.at(-1)?.digest,
    ...append.opening,
  }))
  const events = digested.flat().map((event, place) => ({ ...event, place }))
  return { step: APPEND_EVENTS, values: [JSON.stringify(streams), JSON.stringify(events), FOLD_VERSION] }
}

function digestedEvents({ workspaceId, conversationId, expectedVersion, ...append }: Append) {
  let digest = append.previousDigest
  return append.events.map((event, index) => {
    const { id, type, taskId, runtimeId, data, occurredAt = append.occurredAt } = event
    const { actor } = append
    const version = expectedVersion + index + 1
    const schemaVersion = CURRENT_SCHEMA_VERSION[type]
    const said = { version, id, type, schemaVersion, taskId, runtimeId, actor, occurredAt, data }
    digest = chainDigest(digest, said)
    return { workspaceId, conversationId, ...said, digest }
  })
}
