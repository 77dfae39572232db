import type { FoldableEvent, SessionEventType, StreamEvent } from './events.js'

/** The schema version that new events of each type are written with. */
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

/** Turns the data of one schema version into that of the next. Pure; never fills a gap with a guess. */
export type Upcaster = (data: unknown) => unknown

export interface UpcastChain {
  current: Readonly<Record<string, number>>
  /** Keyed `TYPE@n`: from version n to n + 1. */
  upcasters: Readonly<Record<string, Upcaster>>
}

const UPCASTERS: UpcastChain['upcasters'] = {
  // The text was part of the event; now the task's row alone has it.
  'TASK_FAILED@1': (data) => {
    const { error, ...rest } = data as { error: string }
    return { ...rest, errorBytes: new TextEncoder().encode(error).length }
  },
}

const UPCAST_CHAIN: UpcastChain = { current: CURRENT_SCHEMA_VERSION, upcasters: UPCASTERS }

/** An event as it was stored, in whatever schema version it was written. */
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
 * The event in its current shape. A type, or a schema version, that this build does not know gives an UnknownEvent
 * with its data untouched: a newer process may be writing beside this one, and decisions then fail closed.
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
  // The log is written by this project alone; its shapes are proven by the chain, not parsed again on every read.
  return { type, version, taskId, runtimeId, data, occurredAt } as StreamEvent
}

function unknown(raw: RawEvent): FoldableEvent {
  const { type: rawType, version, taskId, runtimeId, data, occurredAt } = raw
  return { type: 'UNKNOWN', rawType, taskId, runtimeId, data, version, occurredAt }
}

/**
 * Proves at start that every older shape can be read: a step for each version below the current one, and none besides.
 * @throws Error that names the first hole, or the first upcaster that nothing leads to.
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
