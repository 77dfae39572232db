import { statement } from '../../database/sql.js'
import type { Sql } from '../../database/sql.js'
import { readBase } from '../../event-log/sealed/sealed-base.js'
import type { SealedBase } from '../../event-log/sealed/sealed-base.js'
import type { StoredEvent } from '../../event-log/stored-event.js'
import { STORED_EVENT_COLUMNS, foldable } from '../../event-log/stored-event.js'
import type {
  FoldableEvent,
  HandoffRange,
  ResumeOutcome,
  ResumePolicy,
  ResumeReason,
  StreamEvent,
} from '../../session-pointer/events.js'
import { foldEvents } from '../../session-pointer/fold.js'
import { storedPolicy } from '../../session-pointer/resume-policy.js'
import type { ResumeDecision } from '../../session-pointer/resume-policy.js'
import type { Binding, SessionState } from '../../session-pointer/session-state.js'
import { applyTaskEvent } from '../../tasks/apply-task-event.js'
import { recomputeDecision } from '../../tasks/recompute-decision.js'
import type { BeforeClaim, ClaimedEvent } from '../../tasks/recompute-decision.js'
import type { TaskState } from '../../tasks/task-state.js'
import type { Claim } from '../transaction/claim-call.js'

export interface CandidateView {
  workspaceId: string
  conversationId: string
  binding: Binding
  eligible: boolean
  reason: ResumeReason
  evidenceVersion: number
}

/** A decision with the data to show it: the bindings that it considered, and its place in the log. */
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
  /** The stream version that the decision was made from. */
  basisVersion: number
}

interface DecisionScope {
  workspaceId: string
  conversationId: string
  runtimeId: string
}

export function decisionView(
  place: DecisionScope,
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

export function claimedDecision({ task, conversation, state, decision, agent, runtime }: Claim): DecisionView {
  const place = { workspaceId: task.workspaceId, conversationId: conversation.id, runtimeId: runtime.id }
  return decisionView(place, state, decision, storedPolicy(agent))
}

/** Events read and folded per step, over one or several conversations. */
const STEP = 200

const STREAMS = statement(
  'read_streams',
  `SELECT ${STORED_EVENT_COLUMNS} FROM unnest($2::text[], $3::int[], $4::int[]) AS x(id, after, upto)
     JOIN session_event e ON e."workspaceId" = $1 AND e."conversationId" = x.id AND e.version > x.after AND e.version <= x.upto
   ORDER BY e."conversationId", e.version`,
)

export interface DecisionKey {
  conversationId: string
  /** The stream version of the TASK_CLAIMED that recorded it. */
  claimVersion: number
}

/**
 * The decisions recorded with claims. The log records a decision and its inputs; candidates and message are recomputed from
 * the events before the claim. Each stream is read and folded once, in small steps, with `pause` awaited before each. null
 * for an imported claim, which records no decision.
 */
export async function recordedDecisions(
  sql: Sql,
  workspaceId: string,
  keys: readonly DecisionKey[],
  pause: () => Promise<void> = () => Promise.resolve(),
): Promise<(DecisionView | null)[]> {
  const replays = new Map<string, Replay>()
  for (const { conversationId, claimVersion } of keys) {
    const replay = replays.get(conversationId) ?? new Replay(workspaceId, conversationId)
    replays.set(conversationId, replay)
    replay.wanted.add(claimVersion)
  }
  for (const ranges of inSteps([...replays.values()])) {
    const rows = await sql.rows<StoredEvent>(STREAMS, [
      workspaceId,
      ranges.map(({ replay }) => replay.conversationId),
      ranges.map(({ after }) => after),
      ranges.map(({ upTo }) => upTo),
    ])
    await pause()
    for (const row of rows) {
      const replay = replays.get(row.conversationId)
      if (replay?.lacks(row.version) === true) replay.begin(await readBase(sql, workspaceId, row.conversationId))
      replay?.take(foldable(row))
    }
  }
  return keys.map(({ conversationId, claimVersion }) => replays.get(conversationId)?.views.get(claimVersion) ?? null)
}

interface Range {
  replay: Replay
  after: number
  upTo: number
}

/** The ranges to read of each conversation, in steps of a limited number of events. */
function* inSteps(replays: readonly Replay[]): Generator<Range[]> {
  let step: Range[] = []
  let room = STEP
  for (const replay of replays) {
    const last = Math.max(...replay.wanted)
    for (let after = 0; after < last;) {
      const upTo = Math.min(last, after + room)
      step.push({ replay, after, upTo })
      room -= upTo - after
      after = upTo
      if (room > 0) continue
      yield step
      step = []
      room = STEP
    }
  }
  if (step.length > 0) yield step
}

/** Replays one conversation event by event up to the last requested claim. */
class Replay {
  readonly wanted = new Set<number>()
  readonly views = new Map<number, DecisionView | null>()
  private readonly tasks = new Map<string, TaskState>()
  private state = foldEvents([])

  constructor(
    private readonly workspaceId: string,
    readonly conversationId: string,
  ) {}

  /** Versions have no gaps, so a missing event before this one means that it is sealed. */
  lacks(version: number): boolean {
    return version > this.state.version + 1
  }

  begin(base: SealedBase | null): void {
    if (base !== null) this.state = base.state
  }

  take(event: FoldableEvent): void {
    if (event.version <= this.state.version) return
    const { workspaceId, conversationId, state, tasks } = this
    if (event.type === 'TASK_CLAIMED' && this.wanted.has(event.version)) {
      const place = { workspaceId, conversationId, runtimeId: event.runtimeId ?? '' }
      this.views.set(event.version, viewOf(place, { state, tasks }, event))
    }
    this.state = foldEvents([event], state)
    if (event.type !== 'UNKNOWN' && event.taskId !== null) applyTo(tasks, event)
  }
}

function applyTo(tasks: Map<string, TaskState>, event: StreamEvent): void {
  if (event.taskId === null) return
  const applied = applyTaskEvent(tasks.get(event.taskId) ?? null, event)
  if ('task' in applied && applied.task !== null) tasks.set(event.taskId, applied.task)
}

function viewOf(place: DecisionScope, before: BeforeClaim, event: ClaimedEvent): DecisionView | null {
  const recorded = event.data.decision
  const again = recomputeDecision(before, event)
  if (recorded === null || again === null) return null
  const { outcome, reason, sessionId, workDir, continuityGap, policy } = recorded
  const { handoffRange = again.handoffRange } = recorded
  const decided = { outcome, reason, sessionId, workDir, continuityGap, handoffRange }
  return decisionView(place, before.state, { ...again, ...decided }, policy)
}
