import type { StoredEvent } from '../event-log/stored-event.js'
import { STORED_EVENT_COLUMNS, foldable } from '../event-log/stored-event.js'
import { statement } from '../database/sql.js'
import type {
  FoldableEvent,
  HandoffRange,
  ResumeOutcome,
  ResumePolicy,
  ResumeReason,
  StreamEvent,
} from '../session-pointer/events.js'
import { foldEvents } from '../session-pointer/fold.js'
import type { ResumeDecision } from '../session-pointer/resume-policy.js'
import type { Binding, SessionState } from '../session-pointer/session-state.js'
import { applyTaskEvent } from '../tasks/apply-task-event.js'
import { recomputeDecision } from '../tasks/recompute-decision.js'
import type { BeforeClaim, ClaimedEvent } from '../tasks/recompute-decision.js'
import type { TaskState } from '../tasks/task-state.js'
import type { Services } from './services.js'
import type { Claimed } from './transaction/claim-ask.js'

export interface CandidateView {
  workspaceId: string
  conversationId: string
  binding: Binding
  eligible: boolean
  reason: ResumeReason
  evidenceVersion: number
}

/** A decision with what it takes to show it: the bindings it weighed, and where in the log it was made. */
export interface DecisionView {
  workspaceId: string
  conversationId: string
  outcome: ResumeOutcome
  reason: ResumeReason
  sessionId: string | null
  workDir: string | null
  continuityGap: boolean
  handoffRange: HandoffRange | null
  message: string
  candidates: CandidateView[]
  runtimeId: string
  policy: ResumePolicy
  /** The version of the stream that the decision was made from. */
  basisVersion: number
}

interface Place {
  workspaceId: string
  conversationId: string
  runtimeId: string
}

export function decisionView(
  place: Place,
  state: SessionState,
  decision: ResumeDecision,
  policy: ResumePolicy,
): DecisionView {
  const { workspaceId, conversationId, runtimeId } = place
  const bindings = new Map(state.bindings.map((binding) => [binding.sessionId, binding]))
  const candidates = decision.candidates.flatMap(({ sessionId, eligible, reason, evidenceVersion }) => {
    const binding = bindings.get(sessionId)
    return binding === undefined ? [] : [{ workspaceId, conversationId, binding, eligible, reason, evidenceVersion }]
  })
  return { ...decision, workspaceId, conversationId, runtimeId, candidates, policy }
}

export function claimedDecision({ task, conversation, decision, agent, runtime }: Claimed): DecisionView {
  const place = { workspaceId: task.workspaceId, conversationId: conversation.id, runtimeId: runtime.id }
  return decisionView(place, conversation.state, decision, agent.resumePolicy as unknown as ResumePolicy)
}

const STREAMS = statement(
  'read_streams',
  `SELECT ${STORED_EVENT_COLUMNS} FROM unnest($2::text[], $3::int[]) AS x(id, upto)
     JOIN session_event e ON e."workspaceId" = $1 AND e."conversationId" = x.id AND e.version <= x.upto
   ORDER BY e."conversationId", e.version`,
)

export interface DecisionKey {
  conversationId: string
  /** The stream version of the TASK_CLAIMED that recorded it. */
  claimVersion: number
}

/**
 * Decisions as they were given with claims. Candidates and message are recomputed from the events before the claim (the
 * log records what was decided and from what, not how it reads); each stream is read and folded once.
 * null where no decision was recorded: a claim imported from outside history.
 */
export async function recordedDecisions(
  services: Services,
  workspaceId: string,
  keys: readonly DecisionKey[],
): Promise<(DecisionView | null)[]> {
  if (keys.length === 0) return []
  const last = new Map<string, number>()
  for (const { conversationId, claimVersion } of keys) {
    last.set(conversationId, Math.max(claimVersion, last.get(conversationId) ?? 0))
  }
  const rows = await services.database.sql.rows<StoredEvent>(STREAMS, [
    workspaceId,
    [...last.keys()],
    [...last.values()],
  ])
  const streams = new Map<string, FoldableEvent[]>()
  for (const row of rows) {
    const stream = streams.get(row.conversationId)
    if (stream === undefined) streams.set(row.conversationId, [foldable(row)])
    else stream.push(foldable(row))
  }
  const wanted = new Set(keys.map(({ conversationId, claimVersion }) => `${conversationId} ${claimVersion}`))
  const views = new Map<string, DecisionView | null>()
  for (const [conversationId, stream] of streams) {
    for (const [version, view] of decisionsIn(workspaceId, conversationId, stream, wanted)) {
      views.set(`${conversationId} ${version}`, view)
    }
  }
  return keys.map(({ conversationId, claimVersion }) => views.get(`${conversationId} ${claimVersion}`) ?? null)
}

function* decisionsIn(
  workspaceId: string,
  conversationId: string,
  stream: readonly FoldableEvent[],
  wanted: ReadonlySet<string>,
): Generator<[number, DecisionView | null]> {
  let state = foldEvents([])
  const tasks = new Map<string, TaskState>()
  for (const event of stream) {
    if (event.type === 'TASK_CLAIMED' && wanted.has(`${conversationId} ${event.version}`)) {
      const place = { workspaceId, conversationId, runtimeId: event.runtimeId ?? '' }
      yield [event.version, viewOf(place, { state, tasks }, event)]
    }
    state = foldEvents([event], state)
    if (event.type !== 'UNKNOWN' && event.taskId !== null) applyTo(tasks, event)
  }
}

function applyTo(tasks: Map<string, TaskState>, event: StreamEvent): void {
  if (event.taskId === null) return
  const applied = applyTaskEvent(tasks.get(event.taskId) ?? null, event)
  if ('task' in applied && applied.task !== null) tasks.set(event.taskId, applied.task)
}

function viewOf(place: Place, before: BeforeClaim, event: ClaimedEvent): DecisionView | null {
  const recorded = event.data.decision
  const again = recomputeDecision(before, event)
  if (recorded === null || again === null) return null
  const { outcome, reason, sessionId, workDir, continuityGap, policy } = recorded
  const { handoffRange = again.handoffRange } = recorded
  const told = { outcome, reason, sessionId, workDir, continuityGap, handoffRange }
  return decisionView(place, before.state, { ...again, ...told }, policy)
}
