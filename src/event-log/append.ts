import { byId, jsonOf } from '../database/by-keys.js'
import type { RoutineValues } from '../database/routine.js'
import type { NewEvent } from '../session-pointer/events.js'
import type { SessionState } from '../session-pointer/session-state.js'
import { FOLD_VERSION } from '../session-pointer/session-state.js'
import { CURRENT_SCHEMA_VERSION } from '../session-pointer/upcast.js'
import { chainDigest } from './digest.js'
import type { RecentStates } from './stored-state.js'

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
  /** Whether the state is stored with the conversation. Must be true with an opening. */
  storesState: boolean
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

/**
 * The values that write.sql takes for events of several conversations, at most one append per conversation. If an expected
 * version differs from the stream's version (a conflict, or another call opened the conversation first), the whole
 * transaction fails with 40001: reload and decide again. `recent` remembers the states that are not stored. Those of a
 * transaction that is rolled back are never found, because no stream has their digest.
 */
export function appendValues(appends: readonly Append[], recent?: RecentStates): RoutineValues {
  const events = appends.flatMap(digestedEvents)
  if (events.length === 0) return {}
  const left = new Map<string, number>()
  for (const { workspaceId } of events) left.set(workspaceId, (left.get(workspaceId) ?? 0) + 1)
  const logged = { logged_w: [...left.keys()], logged_counts: [...left.values()] }
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
  for (const { conversationId, state, storesState } of appends) {
    recent?.set(conversationId, last.get(conversationId)?.digest ?? '', storesState ? null : state)
  }
  const headOf = ({ conversationId, state, storesState }: Append) => {
    const { version, digest } = last.get(conversationId) ?? {}
    return { version, digest, state: storesState ? state : undefined }
  }
  return {
    fold_version: FOLD_VERSION,
    ...logged,
    events: JSON.stringify(events),
    snapshots: jsonOf(snapshots),
    opened: jsonOf(opened.map((append) => ({ ...headOf(append), ...openingOf(append) }))),
    ...(advanced.length > 0 && {
      advanced_w: advanced.map(({ workspaceId }) => workspaceId),
      advanced_ids: advanced.map(({ conversationId }) => conversationId),
      advanced_from: advanced.map(({ expectedVersion }) => expectedVersion),
      advanced: byId(
        advanced.map((append) => {
          const { conversationId, occurredAt: at, activity } = append
          return [conversationId, { ...headOf(append), at, activity }]
        }),
      ),
    }),
  }
}

function openingOf({ workspaceId, conversationId: id, occurredAt: at, opening, times }: Append) {
  return {
    workspaceId,
    id,
    ...opening,
    ...(times ?? { createdAt: at, updatedAt: at, lastActivityAt: at, archivedAt: null }),
  }
}

/** The positions of the log heads after the append. */
export type LogHeads = readonly { workspaceId: string; position: string }[]

/** The position of the last event of each append, in the order of the appends. */
export function lastPositions(appends: readonly Append[], moved: LogHeads): bigint[] {
  const heads = new Map(moved.map(({ workspaceId, position }) => [workspaceId, BigInt(position)]))
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
