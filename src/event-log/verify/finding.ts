/** What kind of promise is broken. */
export type FindingKind =
  | 'VERSION_HOLE'
  | 'POSITION_ORDER'
  | 'POSITION_HOLE'
  | 'DIGEST'
  | 'TASK_HISTORY'
  | 'TWO_ACTIVE_TASKS'
  | 'AGENT_OVER_CAPACITY'
  | 'CROSS_RUNTIME_RESUME'
  | 'INELIGIBLE_RESUME'
  | 'DECISION'
  | 'STORED_VERSION'
  | 'STORED_STATE'
  | 'TASK_ROW'
  | 'QUEUE_ROW'

/** One broken promise, precisely: where it shows, what should be there and what is. */
export interface Finding {
  kind: FindingKind
  workspaceId: string
  conversationId: string | null
  /** Of the event where it shows; null where no event is at fault. */
  position: string | null
  version: number | null
  taskId: string | null
  expected: string
  found: string
}

/** What was looked at. `crossRuntimeResumes` is the headline: it must be 0. */
export interface Tally {
  workspaces: number
  conversations: number
  events: number
  tasks: number
  claims: number
  /** Claims whose decision was recomputed from the events before it. */
  decisionsRecomputed: number
  /** Claims imported from outside history, which recorded none. */
  claimsWithoutDecision: number
  resumes: number
  crossRuntimeResumes: number
  /** Events of types that this build does not know: decisions after them fail closed. */
  unknownEvents: number
  /** Rows of another fold version: folded anew when they are next used. */
  statesToRefold: number
}

export function emptyTally(): Tally {
  return {
    workspaces: 0,
    conversations: 0,
    events: 0,
    tasks: 0,
    claims: 0,
    decisionsRecomputed: 0,
    claimsWithoutDecision: 0,
    resumes: 0,
    crossRuntimeResumes: 0,
    unknownEvents: 0,
    statesToRefold: 0,
  }
}
