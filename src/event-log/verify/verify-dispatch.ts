import type { Dispatch } from '../../generated/prisma/client.js'
import { isActive, isTerminal } from '../../tasks/task-state.js'
import { canonicalJson } from '../canonical-json.js'
import type { StreamProof } from './verify-stream.js'

type Find = (taskId: string, expected: string, found: string) => void

/** Proves that exactly the waiting and the active tasks have a dispatch row, and that each row agrees with its task. */
export function verifyDispatch(proof: StreamProof, dispatch: readonly Dispatch[], find: Find): void {
  const rows = new Map(dispatch.map((row) => [row.taskId, row]))
  for (const task of proof.tasks.values()) {
    if (proof.unreadable.has(task.id)) continue
    const { id, agentId, runtimeId, priority, availableAt, createdAt: enqueuedAt } = task
    const row = rows.get(id)
    const expected = isTerminal(task)
      ? null
      : {
          conversationId: proof.conversationId,
          agentId,
          runtimeId,
          priority,
          availableAt,
          enqueuedAt,
          ...proof.lines.expectedAt(id, row),
          held: isActive(task),
        }
    compare(id, expected, row, find)
  }
  const waiting = dispatch.filter(({ state }) => state !== 'HELD')
  verifyLines(waiting, waiting.length < dispatch.length, find)
}

type Columns = Record<string, string | number | boolean>

function compare(id: string, expected: Columns | null, row: Dispatch | undefined, find: Find): void {
  if (expected === null || row === undefined) {
    if ((expected === null) !== (row === undefined)) find(id, rowOrNone(expected), rowOrNone(row))
    return
  }
  const stored = Object.entries({ ...row, held: row.state === 'HELD' }) as [string, unknown][]
  const found = Object.fromEntries(
    stored
      .filter(([column]) => column in expected)
      .map(([column, value]) => [column, value instanceof Date ? value.toISOString() : value]),
  )
  if (canonicalJson(found) !== canonicalJson(expected)) {
    find(id, `a row of dispatch ${canonicalJson(expected)}`, canonicalJson(found))
  }
}

const rowOrNone = (row: object | null | undefined): string => (row == null ? 'no row of dispatch' : 'a row of dispatch')

/**
 * Proves each runtime's line. Its best entry is the head: READY, or NEXT while the conversation has an active task. An
 * entry behind a held place is the head only if there is no other, and is never READY.
 */
function verifyLines(queue: readonly Dispatch[], busy: boolean, find: Find): void {
  const held = Math.min(...queue.filter(({ holds }) => holds).map(({ place }) => place))
  const heads = new Map<string, Dispatch>()
  for (const entry of queue) {
    const head = heads.get(entry.runtimeId)
    const better = head === undefined || compareEntries(entry, head, held) < 0
    if (entry.state !== 'SCHEDULED' && better) heads.set(entry.runtimeId, entry)
  }
  for (const entry of queue) {
    if (entry.state === 'SCHEDULED') continue
    const waits = busy || entry.place > held
    const expected = heads.get(entry.runtimeId) !== entry ? 'BEHIND' : waits ? 'NEXT' : 'READY'
    if (entry.state !== expected)
      find(entry.taskId, `a row of dispatch that is ${expected}`, `one that is ${entry.state}`)
  }
}

function compareEntries(a: Dispatch, b: Dispatch, held: number): number {
  const byId = a.taskId < b.taskId ? -1 : 1
  return Number(a.place > held) - Number(b.place > held) || b.priority - a.priority || a.place - b.place || byId
}
