import type { Claim, QueueEntry } from '../../generated/prisma/client.js'
import { isActive } from '../../tasks/task-state.js'
import { canonicalJson } from '../canonical-json.js'
import type { StreamProof } from './verify-stream.js'

type Find = (taskId: string, expected: string, found: string) => void

/** Proves that exactly the waiting tasks are in the queue and exactly the active ones are held, each as its task says. */
export function verifyQueueRows(
  proof: StreamProof,
  queue: readonly QueueEntry[],
  claims: readonly Claim[],
  find: Find,
): void {
  const entries = new Map(queue.map((entry) => [entry.taskId, entry]))
  const held = new Map(claims.map((claim) => [claim.taskId, claim]))
  for (const task of proof.tasks.values()) {
    if (proof.unreadable.has(task.id)) continue
    const common = { conversationId: proof.conversationId, agentId: task.agentId, runtimeId: task.runtimeId }
    const { priority, availableAt, createdAt: enqueuedAt } = task
    const [waits, holds] = [entries.get(task.id), held.get(task.id)]
    const entry =
      task.status === 'QUEUED'
        ? { ...common, priority, availableAt, enqueuedAt, ...proof.lines.expectedAt(task.id, waits) }
        : null
    compare(task.id, 'queue entry', entry, waits, find)
    const claim = isActive(task) ? { ...common, ...proof.lines.expectedAt(task.id, holds) } : null
    compare(task.id, 'claim', claim, holds, find)
  }
  verifyLines(queue, claims.length > 0, find)
}

type Columns = Record<string, string | number | boolean>

function compare(
  id: string,
  noun: string,
  expected: Columns | null,
  row: QueueEntry | Claim | undefined,
  find: Find,
): void {
  if (expected === null) {
    if (row !== undefined) find(id, `no ${noun}`, `a ${noun}`)
    return
  }
  if (row === undefined) {
    find(id, `a ${noun}`, `no ${noun}`)
    return
  }
  const stored = Object.entries(row) as [string, unknown][]
  const found = Object.fromEntries(
    stored
      .filter(([column]) => column in expected)
      .map(([column, value]) => [column, value instanceof Date ? value.toISOString() : value]),
  )
  if (canonicalJson(found) !== canonicalJson(expected)) {
    find(id, `a ${noun} ${canonicalJson(expected)}`, canonicalJson(found))
  }
}

/**
 * Of each runtime's line the best entry is its head: READY, or NEXT while the conversation has an active task. What a held
 * place keeps waiting is the head only where there is nothing else, and never READY.
 */
function verifyLines(queue: readonly QueueEntry[], busy: boolean, find: Find): void {
  const held = Math.min(...queue.filter(({ holds }) => holds).map(({ place }) => place))
  const heads = new Map<string, QueueEntry>()
  for (const entry of queue) {
    const head = heads.get(entry.runtimeId)
    const better = head === undefined || compareEntries(entry, head, held) < 0
    if (entry.state !== 'SCHEDULED' && better) heads.set(entry.runtimeId, entry)
  }
  for (const entry of queue) {
    if (entry.state === 'SCHEDULED') continue
    const waits = busy || entry.place > held
    const expected = heads.get(entry.runtimeId) !== entry ? 'BEHIND' : waits ? 'NEXT' : 'READY'
    if (entry.state !== expected) find(entry.taskId, `a queue entry that is ${expected}`, `one that is ${entry.state}`)
  }
}

function compareEntries(a: QueueEntry, b: QueueEntry, held: number): number {
  const byId = a.taskId < b.taskId ? -1 : 1
  return Number(a.place > held) - Number(b.place > held) || b.priority - a.priority || a.place - b.place || byId
}
