import type { Dispatch, Task } from '../../generated/prisma/client.js'
import { isCurrentFold } from '../../session-pointer/when-stored.js'
import type { SessionState } from '../../session-pointer/session-state.js'
import { canonicalJson } from '../canonical-json.js'
import type { ConversationHead } from '../conversation-head.js'
import { sameJson } from '../same-json.js'
import type { Finding, FindingKind, Tally } from './finding.js'
import { verifyDispatch } from './verify-dispatch.js'
import type { StreamProof } from './verify-stream.js'
import { taskRowProblem } from './verify-task-row.js'

/** The rows stored beside a conversation's stream. */
export interface StoredRows {
  workspaceId: string
  conversationId: string
  head: ConversationHead | undefined
  tasks: readonly Task[]
  dispatch: readonly Dispatch[]
}

export type Find = (kind: FindingKind, taskId: string | null, expected: string, found: string) => void

/** Proves that the rows equal the fold of the stream. */
export function verifyRows(
  rows: StoredRows,
  proof: StreamProof,
  report: (finding: Finding) => void,
  tally: Tally,
): void {
  const { head } = rows
  const find: Find = (kind, taskId, expected, found) => report(atEnd(proof, kind, taskId, expected, found))
  if (head === undefined) find('CONVERSATION_ROW', null, 'a conversation row', 'none')
  else verifyHead(head, proof, find, tally)
  verifyTasks(rows.tasks, proof, find, tally)
  verifyDispatch(proof, rows.dispatch, (taskId, expected, found) => find('QUEUE_ROW', taskId, expected, found))
}

/** Reports a finding about the stream as a whole. */
export function atEnd(
  proof: StreamProof,
  kind: FindingKind,
  taskId: string | null,
  expected: string,
  found: string,
): Finding {
  const { workspaceId, conversationId, position, version } = proof
  return { kind, workspaceId, conversationId, position, version, taskId, expected, found }
}

/** Proves the head of a stream: its owner, its length and its folded state. */
export function verifyHead(head: Omit<ConversationHead, 'id'>, proof: StreamProof, find: Find, tally: Tally): void {
  const identity = proof.opened === null ? null : identityOf(proof.opened)
  if (identity !== null && identity !== identityOf(head)) {
    find('CONVERSATION_ROW', null, identity, identityOf(head))
  }
  const [erased, erasure] = [erasureOf(proof.erased), erasureOf({ at: head.erasedAt, version: head.erasedVersion })]
  const knowsErasure = !proof.isPartial || proof.erased !== null
  if (knowsErasure && erased !== erasure) find('CONVERSATION_ROW', null, erased, erasure)
  if (head.version !== proof.version) {
    find('STORED_VERSION', null, `version ${proof.version}`, `version ${head.version}`)
  }
  if (head.digest !== proof.digest) {
    find('DIGEST', null, `digest ${proof.digest} with the conversation`, `digest ${head.digest}`)
  }
  if (!isCurrentFold(head.foldVersion) || failedClosed(head, proof)) tally.statesToRefold += 1
  else {
    const storedAt = (head.state as Partial<SessionState> | null)?.version
    const expected = proof.storable.find(({ version }) => version === storedAt) ?? proof.state
    if (!sameJson(head.state, expected)) find('STORED_STATE', null, canonicalJson(expected), canonicalJson(head.state))
  }
}

/**
 * If another fold version sealed the stream before it continued, its state fails closed until the sealed part is refolded.
 */
function failedClosed({ state }: Pick<ConversationHead, 'state'>, proof: StreamProof): boolean {
  const unknownEvents = (state as Partial<SessionState> | null)?.unknownEvents ?? 0
  return proof.lastSeal !== null && proof.state.unknownEvents === 0 && unknownEvents > 0
}

function erasureOf(erased: { at: Date | null; version: number | null } | null): string {
  return canonicalJson({ erasedAt: erased?.at ?? null, erasedVersion: erased?.version ?? null })
}

function identityOf({ kind, agentId, issueKey }: { kind: string; agentId: string; issueKey: string | null }): string {
  return canonicalJson({ kind, agentId, issueKey })
}

function verifyTasks(rows: readonly Task[], proof: StreamProof, find: Find, tally: Tally): void {
  const missing = new Set(proof.tasks.keys())
  for (const row of rows) {
    tally.tasks += 1
    missing.delete(row.id)
    if (proof.unreadable.has(row.id)) continue
    const state = proof.tasks.get(row.id)
    if (state === undefined && proof.isPartial) continue
    if (state === undefined) {
      find('TASK_ROW', row.id, 'no such task', `a row of a task that is ${row.status}`)
      continue
    }
    const problem = taskRowProblem(row, state, proof)
    if (problem !== null) find('TASK_ROW', row.id, problem.expected, problem.found)
  }
  for (const id of missing) {
    if (proof.sealedTasks.has(id)) continue
    find('TASK_ROW', id, `a row of a task that is ${proof.tasks.get(id)?.status ?? ''}`, 'none')
  }
}
