import { isDeepStrictEqual } from 'node:util'
import { chainDigest, NO_DIGEST } from '../../src/event-log/digest.js'
import type { RecordedDecision, StreamEvent } from '../../src/session-pointer/events.js'
import { evolve } from '../../src/session-pointer/fold.js'
import { isStored } from '../../src/session-pointer/when-stored.js'
import { decideResume } from '../../src/session-pointer/resume-policy.js'
import { FOLD_VERSION, initialState } from '../../src/session-pointer/session-state.js'
import type { SessionState } from '../../src/session-pointer/session-state.js'
import { applyTaskEvent } from '../../src/tasks/apply-task-event.js'
import type { TaskState } from '../../src/tasks/task-state.js'
import { groupedBy, instant } from './raw-tables.js'
import type { RawRow, RawTables } from './raw-tables.js'
import { taskProblems } from './invariants-of-tasks.js'

/** I4 and I8 of each conversation's stream, and the rows that must be its fold. */
export function conversationProblems({ conversations, events, tasks, messages }: RawTables): string[] {
  const streams = groupedBy(events, 'conversationId')
  const rows = new Map(tasks.map((row) => [String(row['id']), row]))
  const posted = new Set(messages.map((row) => row['id']))
  const problems = [...streams.keys()]
    .filter((id) => !conversations.some((row) => row['id'] === id))
    .map((id) => `${id} has events and no row`)
  for (const conversation of conversations) {
    problems.push(...streamProblems(conversation, streams.get(String(conversation['id'])) ?? [], rows, posted))
  }
  for (const id of rows.keys()) problems.push(`${id} has a row and no TASK_ENQUEUED`)
  return problems
}

function streamProblems(
  conversation: RawRow,
  stream: readonly RawRow[],
  rows: Map<string, RawRow>,
  posted: ReadonlySet<unknown>,
): string[] {
  const problems: string[] = []
  const id = String(conversation['id'])
  const tasks = new Map<string, TaskState>()
  let state: SessionState = initialState
  let digest: string = NO_DIGEST
  const storedVersion = (conversation['state'] as SessionState).version
  let stored: SessionState | null = null
  let mustBeStored = 0
  stream.forEach((row, index) => {
    const event = { ...row, occurredAt: instant(row['occurredAt']) } as unknown as StreamEvent
    const place = `${id} version ${index + 1}`
    // I8
    if (row['version'] !== index + 1) problems.push(`${place} is ${String(row['version'])}`)
    digest = chainDigest(digest, { ...row, occurredAt: new Date(String(row['occurredAt'])) } as never)
    if (row['digest'] !== digest) problems.push(`${place} does not fit the event before it`)
    if (event.type === 'TASK_CLAIMED') problems.push(...decisionProblems(place, event, state, tasks))
    if (event.type === 'MESSAGE_POSTED' && !posted.has(event.data.messageId)) {
      problems.push(`${place} posts a message that is not there`)
    }
    state = evolve(state, event)
    if (state.version === storedVersion) stored = state
    if (isStored(state, event)) mustBeStored = state.version
    if (event.taskId === null || event.type === 'MESSAGE_POSTED') return
    // I7
    const applied = applyTaskEvent(tasks.get(event.taskId) ?? null, event)
    if ('violation' in applied) problems.push(`${place}: ${applied.violation}`)
    else if (applied.task !== null) tasks.set(event.taskId, applied.task)
  })
  // I4
  if (conversation['version'] !== stream.length) problems.push(`${id} is at ${String(conversation['version'])}`)
  if (conversation['digest'] !== digest) problems.push(`${id} has the digest of another event`)
  if (conversation['foldVersion'] !== FOLD_VERSION) problems.push(`${id} was folded by another version`)
  if (!isDeepStrictEqual(conversation['state'], asJson(stored)))
    problems.push(`${id} keeps another state than its fold`)
  if (storedVersion < mustBeStored) problems.push(`${id} keeps a state that lags behind version ${mustBeStored}`)
  for (const task of tasks.values()) {
    const row = rows.get(task.id)
    rows.delete(task.id)
    problems.push(...taskProblems(task, row, id))
  }
  return problems
}

/** I1, I2, I3 and I5: the recorded decision is the recomputed one, and offers only what may be offered. */
function decisionProblems(
  place: string,
  { taskId, runtimeId, data }: Extract<StreamEvent, { type: 'TASK_CLAIMED' }>,
  state: SessionState,
  tasks: ReadonlyMap<string, TaskState>,
): string[] {
  const task = tasks.get(taskId ?? '')
  if (task === undefined || data.decision === null) return [`${place} claims an unknown task, or says no decision`]
  const source = task.rerunOf === null ? null : (tasks.get(task.rerunOf) ?? null)
  const { policy, agentRevision: revision, account, store, decidedAt: now } = data.decision
  const again = decideResume({ state, task, source, agent: { revision, policy }, runtime: { account, store }, now })
  const problems: string[] = []
  if (!isDeepStrictEqual(pick(again), pick(data.decision))) {
    problems.push(`${place} records ${JSON.stringify(pick(data.decision))}, not ${JSON.stringify(pick(again))}`)
  }
  if (data.decision.sessionId !== null) {
    const offered = state.bindings.find(({ sessionId }) => sessionId === data.decision?.sessionId)
    if (offered?.state !== 'RESUMABLE' || offered.runtimeId !== runtimeId) {
      problems.push(`${place} offers a session that must not be offered`)
    }
  }
  return problems
}

function pick({
  outcome,
  reason,
  sessionId,
  workDir,
  continuityGap,
}: Omit<RecordedDecision, never> | ReturnType<typeof decideResume>) {
  return { outcome, reason, sessionId, workDir, continuityGap }
}

function asJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value))
}
