import type { Task } from '../../generated/prisma/client.js'
import type { TaskState } from '../../tasks/task-state.js'
import { isActive } from '../../tasks/task-state.js'
import { canonicalJson } from '../canonical-json.js'
import { sameJson } from '../same-json.js'
import { taskRowOf } from '../task-row.js'
import type { StreamProof } from './verify-stream.js'

/** The columns of a task's row that differ from the fold of the task's events; null if none differ. */
export function taskRowProblem(
  row: Task,
  state: TaskState,
  proof: StreamProof,
): { expected: string; found: string } | null {
  const decided = proof.decided.get(row.id)
  const { workspaceId, conversationId } = row
  const erasedAt = proof.erasedAt.get(row.id) ?? null
  const expected = taskRowOf(state, {
    workspaceId,
    conversationId,
    erasedAt,
    title: erasedAt === null ? row.title : null,
    failureError: expectedText(row.failureError, erasedAt === null ? proof.errorBytes.get(row.id) : undefined),
    failureReasonText: expectedText(
      row.failureReasonText,
      erasedAt === null ? proof.reasonBytes.get(row.id) : undefined,
    ),
    claimToken: expectedToken(row, state, decided !== undefined),
    resumeOutcome: decided?.outcome ?? null,
    resumeReason: decided?.reason ?? null,
  })
  const wrong = (Object.keys(expected) as (keyof Task)[]).filter((column) => !equal(expected[column], row[column]))
  if (wrong.length === 0) return null
  const only = (task: Task): string =>
    canonicalJson(
      Object.fromEntries(wrong.map((column) => [column, column === 'claimToken' ? shown(task) : task[column]])),
    )
  return { expected: only(expected), found: only(row) }
}

/**
 * No event holds the token, so the proof only knows whether one must exist. After an ending it may exist. An imported
 * claim, which records no decision, never has one.
 */
function expectedToken(row: Task, state: TaskState, decided: boolean): string | null {
  if (state.status === 'QUEUED') return null
  return row.claimToken ?? (isActive(state) && decided ? 'a token' : null)
}

/** No event holds the text, because it can be erased, only its length. undefined means that there must be no text. */
function expectedText(text: string | null, bytes: number | undefined): string | null {
  if (bytes === undefined) return null
  return text !== null && Buffer.byteLength(text) === bytes ? text : `${bytes} bytes of text`
}

/** The token is the right to the claim, so reports never show it. */
function shown({ claimToken }: Task): string | null {
  return claimToken === null ? null : 'a token'
}

function isJson(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !(value instanceof Date)
}

function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (a instanceof Date && b instanceof Date) return a.getTime() === b.getTime()
  return isJson(a) && isJson(b) && sameJson(a, b)
}
