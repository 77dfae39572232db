import { isDeepStrictEqual } from 'node:util'
import type { Claim, QueueEntry, Task } from '../../generated/prisma/client.js'
import { FOLD_VERSION } from '../../session-pointer/session-state.js'
import { isActive } from '../../tasks/task-state.js'
import type { TaskState } from '../../tasks/task-state.js'
import { canonicalJson } from '../digest.js'
import { taskStateOf } from '../task-row.js'
import type { Finding, FindingKind, Tally } from './finding.js'
import type { StreamProof } from './verify-stream.js'

/** What is stored beside a conversation's stream. */
export interface StoredRows {
  workspaceId: string
  conversationId: string
  version: number
  state: unknown
  foldVersion: number
  digest: string
  tasks: readonly Task[]
  queue: readonly QueueEntry[]
  claims: readonly Claim[]
}

/** Proves that the rows equal what the stream folds to. */
export function verifyRows(
  rows: StoredRows,
  proof: StreamProof,
  report: (finding: Finding) => void,
  tally: Tally,
): void {
  const { workspaceId, conversationId } = rows
  const find = (kind: FindingKind, taskId: string | null, expected: string, found: string): void =>
    report({ kind, workspaceId, conversationId, position: null, version: proof.version, taskId, expected, found })
  if (rows.version !== proof.version) {
    find('STORED_VERSION', null, `version ${proof.version}`, `version ${rows.version}`)
  }
  if (rows.digest !== proof.digest) find('DIGEST', null, `digest ${proof.digest}`, `digest ${rows.digest}`)
  if (rows.foldVersion !== FOLD_VERSION) tally.statesToRefold += 1
  else if (!isDeepStrictEqual(rows.state, proof.state)) {
    find('STORED_STATE', null, canonicalJson(proof.state), canonicalJson(rows.state))
  }
  const missing = new Set(proof.tasks.keys())
  for (const row of rows.tasks) {
    tally.tasks += 1
    missing.delete(row.id)
    const state = proof.tasks.get(row.id)
    if (state === undefined) find('TASK_ROW', row.id, 'no such task', canonicalJson(taskStateOf(row)))
    else verifyTask(row, state, rows, proof, find)
  }
  for (const id of missing) find('TASK_ROW', id, canonicalJson(proof.tasks.get(id)), 'no row')
}

function verifyTask(
  row: Task,
  state: TaskState,
  { queue, claims }: StoredRows,
  proof: StreamProof,
  find: (kind: FindingKind, taskId: string | null, expected: string, found: string) => void,
): void {
  const decided = proof.decided.get(row.id)
  const expected = canonicalJson({
    ...state,
    resumeOutcome: decided?.outcome ?? null,
    resumeReason: decided?.reason ?? null,
  })
  const { resumeOutcome, resumeReason } = row
  const found = canonicalJson({ ...taskStateOf(row), resumeOutcome, resumeReason })
  if (expected !== found) find('TASK_ROW', row.id, expected, found)
  const entry = queue.find(({ taskId }) => taskId === row.id)
  const claim = claims.find(({ taskId }) => taskId === row.id)
  const waits = entry === undefined ? 'no queue entry' : `a queue entry of ${entry.runtimeId}`
  const wantsEntry = state.status === 'QUEUED' ? `a queue entry of ${state.runtimeId}` : 'no queue entry'
  if (waits !== wantsEntry) find('QUEUE_ROW', row.id, wantsEntry, waits)
  const wantsClaim = isActive(state) ? 'a claim' : 'no claim'
  const held = claim === undefined ? 'no claim' : 'a claim'
  if (held !== wantsClaim) find('QUEUE_ROW', row.id, wantsClaim, held)
}
