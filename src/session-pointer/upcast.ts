import type { FoldableEvent, SessionEventType, StreamEvent } from './events.js'

/** The schema version of new events, by type. */
export const CURRENT_SCHEMA_VERSION: Readonly<Record<SessionEventType, number>> = {
  CONVERSATION_OPENED: 1,
  MESSAGE_POSTED: 1,
  TASK_ENQUEUED: 1,
  TASK_RETARGETED: 1,
  TASK_CLAIMED: 1,
  TASK_STARTED: 1,
  SESSION_PINNED: 1,
  TASK_RELEASED: 1,
  TASK_COMPLETED: 1,
  TASK_FAILED: 2,
  TASK_CANCELLED: 1,
  SESSION_RESET: 1,
  POINTER_IMPORTED: 1,
  CONVERSATION_ERASED: 1,
  CONVERSATION_SEALED: 1,
  CONVERSATION_RESTORED: 1,
}

/** Turns the data of one schema version into that of the next. It is pure and never guesses a missing value. */
export type Upcaster = (data: unknown) => unknown

export interface UpcastChain {
  current: Readonly<Record<string, number>>
  /** By `TYPE@n`: the step from version n to n + 1. */
  upcasters: Readonly<Record<string, Upcaster>>
}

const UPCASTERS: UpcastChain['upcasters'] = {
  // Version 1 held the error text; now only the task's row has it.
  'TASK_FAILED@1': (data) => {
    const { error, ...rest } = data as { error: string }
    return { ...rest, errorBytes: new TextEncoder().encode(error).length }
  },
}

const UPCAST_CHAIN: UpcastChain = { current: CURRENT_SCHEMA_VERSION, upcasters: UPCASTERS }

/** An event as stored, in any schema version. */
export interface RawEvent {
  type: string
  schemaVersion: number
  version: number
  taskId: string | null
  runtimeId: string | null
  data: unknown
  occurredAt: string
}

/**
 * The event in its current shape. A type or schema version that this build does not know gives an UnknownEvent with
 * unchanged data: a newer process may write to the same log, and decisions then fail closed.
 */
export function upcast(raw: RawEvent, chain: UpcastChain = UPCAST_CHAIN): FoldableEvent {
  const { type, version, taskId, runtimeId, occurredAt } = raw
  const current = Object.hasOwn(chain.current, type) ? (chain.current[type] ?? 0) : 0
  if (!Number.isInteger(raw.schemaVersion) || raw.schemaVersion < 1 || raw.schemaVersion > current) return unknown(raw)
  let data = raw.data
  for (let n = raw.schemaVersion; n < current; n++) {
    const step = chain.upcasters[`${type}@${n}`]
    if (step === undefined) return unknown(raw)
    data = step(data)
  }
  // Only this project writes the log, and the chain proves its shapes, so a read does not parse them again.
  return { type, version, taskId, runtimeId, data, occurredAt } as StreamEvent
}

function unknown(raw: RawEvent): FoldableEvent {
  const { type: rawType, version, taskId, runtimeId, data, occurredAt } = raw
  return { type: 'UNKNOWN', rawType, taskId, runtimeId, data, version, occurredAt }
}

/**
 * Proves at start that every older shape can be read: there is one step for each version below the current one, and no
 * other.
 * @throws Error that names the first missing or superfluous step.
 */
export function assertNoHoles(chain: UpcastChain = UPCAST_CHAIN): void {
  const expected = new Set<string>()
  for (const [type, current] of Object.entries(chain.current)) {
    for (let n = 1; n < current; n++) expected.add(`${type}@${n}`)
  }
  for (const key of expected) {
    if (!Object.hasOwn(chain.upcasters, key)) {
      throw new Error(`No upcaster ${key}: stored events of this version cannot be read. Add the missing step.`)
    }
  }
  for (const key of Object.keys(chain.upcasters)) {
    if (!expected.has(key)) {
      throw new Error(`Upcaster ${key} leads nowhere: raise the type's current schema version, or remove the step.`)
    }
  }
}
