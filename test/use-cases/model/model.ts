import type { TaskStatus } from '../../../src/tasks/task-state.js'

/** What a task is, as far as anybody outside can tell. */
export interface ModelTask {
  id: string
  conversation: string
  agent: number
  runtime: number
  status: TaskStatus
  priority: number
  attempt: number
  maxAttempts: number
  rerunOf: string | null
  /** Where its turn stands among those of its conversation: a retry has the place of its source. */
  place: number
  /** Nothing of the conversation with a later place is handed out while it waits. */
  holds: boolean
  forceFresh: boolean
  /** Milliseconds. */
  availableAt: number
  /** It had to wait for its time: where in the line it stands then, the sweep decides. */
  scheduled: boolean
  token: string | null
  /** Of this claim: what it was offered, and what it has named. */
  offered: string | null
  own: string | null
  /** All sessions were reset while this claim was held, or before its late pin. */
  reset: boolean
  /** Of an active task; milliseconds. */
  leaseEnds: number
  /** Seconds; what each heartbeat renews the claim by. */
  lease: number
  leaseAsked: boolean
}

/** What a session of a conversation was last heard of. */
export interface ModelSession {
  runtime: number
  /** For ever: refused, given up or reset. */
  retired: boolean
  /** Until a run completes on it. */
  poisoned: boolean
}

/** All that the tests know of the server: no events, no fold, no queue. */
export interface Model {
  now: number
  agents: { runtime: number; max: number; archived: boolean }[]
  registered: boolean[]
  tasks: Map<string, ModelTask>
  /** By conversation, by session id. */
  sessions: Map<string, Map<string, ModelSession>>
  /**
   * By conversation: the session of a run that completed on it, while nothing has been said of any session since. The
   * next plain claim there resumes it, or is told that it is on another runtime.
   */
  clean: Map<string, { sessionId: string; runtime: number }>
  /** What each claim was told. */
  reasons: string[]
}

export function newModel(now: number): Model {
  return {
    now,
    agents: [
      { runtime: 0, max: 1, archived: false },
      { runtime: 1, max: 2, archived: false },
    ],
    registered: [true, true],
    tasks: new Map(),
    sessions: new Map(),
    clean: new Map(),
    reasons: [],
  }
}

export const isActive = ({ status }: ModelTask): boolean => status === 'CLAIMED' || status === 'RUNNING'
export const isEnded = (task: ModelTask): boolean => task.status !== 'QUEUED' && !isActive(task)

const activeOf = (model: Model, agent: number): number =>
  [...model.tasks.values()].filter((task) => task.agent === agent && isActive(task)).length

const isBusy = (model: Model, conversation: string): boolean =>
  [...model.tasks.values()].some((task) => task.conversation === conversation && isActive(task))

const waitingOf = (model: Model, conversation: string): ModelTask[] =>
  [...model.tasks.values()].filter((task) => task.conversation === conversation && task.status === 'QUEUED')

/** Something of an earlier place goes first, on whatever runtime and however long it has to wait. */
const isHeldBack = (model: Model, task: ModelTask): boolean =>
  waitingOf(model, task.conversation).some((other) => other.holds && other.place < task.place)

/** Whether it is the first of its conversation and runtime that may be handed out. */
function isHead(task: ModelTask, claimables: readonly ModelTask[]): boolean {
  const line = claimables.filter(({ conversation }) => conversation === task.conversation)
  return line.every(
    (other) => other.priority < task.priority || (other.priority === task.priority && other.place >= task.place),
  )
}

/** What a claim by this runtime may hand out now, best first. */
export function claimable(model: Model, runtime: number): ModelTask[] {
  if (model.registered[runtime] !== true) return []
  const claimables = [...model.tasks.values()]
    .filter((task) => task.status === 'QUEUED' && task.runtime === runtime && task.availableAt <= model.now)
    .filter((task) => !isBusy(model, task.conversation) && !isHeldBack(model, task))
    .filter((task) => activeOf(model, task.agent) < (model.agents[task.agent]?.max ?? 0))
  const behind = (task: ModelTask): number => (isHead(task, claimables) ? 0 : 1)
  return claimables.toSorted((a, b) => behind(a) - behind(b) || b.priority - a.priority || (a.id < b.id ? -1 : 1))
}

/** Back in the line, where it was: a task with a waiting rerun in front of all that came after it. */
export function givenBack(model: Model, task: ModelTask): void {
  const holds = task.holds || hasWaitingRerun(model, task)
  Object.assign(task, { status: 'QUEUED', token: null, offered: null, own: null, holds })
}

const hasWaitingRerun = (model: Model, { id, conversation }: ModelTask): boolean =>
  waitingOf(model, conversation).some(({ rerunOf }) => rerunOf === id)

export function sessionsOf(model: Model, conversation: string): Map<string, ModelSession> {
  const known = model.sessions.get(conversation) ?? new Map<string, ModelSession>()
  model.sessions.set(conversation, known)
  return known
}

/** A run on this task's runtime named the session. */
export function named(model: Model, task: ModelTask, sessionId: string): ModelSession {
  const sessions = sessionsOf(model, task.conversation)
  const session = sessions.get(sessionId) ?? { runtime: task.runtime, retired: false, poisoned: false }
  session.runtime = task.runtime
  // F4: to be named again is to be well again, unless it is gone for good.
  session.poisoned = false
  if (task.reset) session.retired = true
  sessions.set(sessionId, session)
  return session
}

const NETWORK = new Set(['provider_network'])
const RETRYABLE = new Set(['timeout', 'runtime_recovery', 'runtime_offline', 'codex_semantic_inactivity', ...NETWORK])
const UNSAFE = new Set(['codex_semantic_inactivity', 'context_overflow'])

/** Whether a task that fails for this reason is tried again by itself. */
export function isRetried(model: Model, task: ModelTask, reason: string): boolean {
  const allowed = NETWORK.has(reason) && task.maxAttempts >= 2 ? Math.max(task.maxAttempts, 3) : task.maxAttempts
  const isWanted = !hasWaitingRerun(model, task) && model.agents[task.agent]?.archived !== true
  return RETRYABLE.has(reason) && task.attempt < allowed && isWanted
}

/** The task failed: what the run was in is not clean any more, and a poisonous end poisons it. */
export function failed(model: Model, task: ModelTask, reason: string, sessionId: string | null): void {
  task.status = 'FAILED'
  model.clean.delete(task.conversation)
  if (sessionId !== null) named(model, task, sessionId)
  const culprit = sessionId ?? task.own ?? task.offered
  if (UNSAFE.has(reason) && culprit !== null) known(model, task, culprit).poisoned = true
}

/** The server itself failed it, and its claim is void: for nobody speaks for it any more. */
export function abandoned(model: Model, task: ModelTask, reason: string): void {
  failed(model, task, reason, null)
  task.token = null
}

export function retire(model: Model, task: ModelTask, sessionId: string): void {
  known(model, task, sessionId).retired = true
  model.clean.delete(task.conversation)
}

/** The session, also where the conversation has never heard of it: a later pin of it must be caught. */
function known(model: Model, task: ModelTask, sessionId: string): ModelSession {
  return sessionsOf(model, task.conversation).get(sessionId) ?? named(model, task, sessionId)
}
