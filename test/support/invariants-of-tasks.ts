import { isDeepStrictEqual } from 'node:util'
import type { TaskState } from '../../src/tasks/task-state.js'
import { instant } from './raw-tables.js'
import type { RawRow } from './raw-tables.js'

const TIMES = new Set(['createdAt', 'availableAt', 'claimedAt', 'startedAt', 'finishedAt'])

/** I7: a task's row is the fold of its events, column by column; its token is there exactly while somebody may present it. */
export function taskProblems(task: TaskState, row: RawRow | undefined, conversationId: string): string[] {
  if (row === undefined) return [`${task.id} has events and no row`]
  const { failure, ...columns } = task
  const expected: RawRow = {
    ...columns,
    conversationId,
    failureReason: failure?.reason ?? null,
    failureResumeSafe: failure?.resumeSafe ?? null,
    failureRetryable: failure?.retryable ?? null,
    failureFault: failure?.fault ?? null,
  }
  const problems = Object.entries(expected).flatMap(([column, value]) => {
    const actual = TIMES.has(column) ? instant(row[column]) : row[column]
    return isDeepStrictEqual(actual, value)
      ? []
      : [`${task.id} has ${column} ${JSON.stringify(actual)}, its events say ${JSON.stringify(value)}`]
  })
  const keepsError = failure !== null && row['erasedAt'] === null
  if ((row['failureError'] !== null) !== keepsError) problems.push(`${task.id} has the wrong error text`)
  const active = task.status === 'CLAIMED' || task.status === 'RUNNING'
  if (active && row['claimToken'] === null) problems.push(`${task.id} is held without a token`)
  if (task.status === 'QUEUED' && row['claimToken'] !== null) problems.push(`${task.id} waits and has a token`)
  return problems
}
