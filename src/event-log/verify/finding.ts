/** What kind of promise is broken, with what such a finding says to whoever reads it. */
export const FINDING_KINDS = {
  VERSION_HOLE: "A conversation's events are not numbered 1, 2, 3, ...: one is missing, or has another's place.",
  POSITION_ORDER: "A later event of a conversation stands earlier in the workspace's log.",
  POSITION_HOLE: "The positions of the workspace's log are not 1, 2, 3, ...: an event is missing, or was moved.",
  LOG_HEAD: "The workspace's log does not end where its head says, so the next event would get a wrong position.",
  DIGEST: 'An event is not as it was written: something of it was edited, or what stood before it was.',
  MALFORMED: 'An event whose particulars do not have the shape of its type.',
  TASK_HISTORY: 'An event that cannot follow in the history of its task.',
  TWO_ACTIVE_TASKS: 'A task of a conversation became active while another one was.',
  AGENT_OVER_CAPACITY: 'A claim took an agent past its limit, or recorded fewer active tasks than there were.',
  OVERTAKEN: 'A task was handed out while one that holds an earlier place in its conversation waited.',
  COOLING_RUNTIME: 'A claim was made on a runtime whose account was used up or logged out.',
  CROSS_RUNTIME_RESUME: 'A claim was offered a session of another runtime, or one that nothing binds to a runtime.',
  INELIGIBLE_RESUME: 'A claim was offered a session that must not be resumed.',
  DECISION: 'A recorded decision is not the one that the events before it give.',
  HANDOFF_RANGE: 'The turns that a run was recorded not to know are not those that the events before it give.',
  WORKSPACE_ROW: 'There are events of a workspace that is not there.',
  CONVERSATION_ROW: 'The row of a conversation is missing, is too much, or is not what its first event says.',
  STORED_VERSION: 'A conversation is stored at another version than that of its last event.',
  STORED_STATE: 'The session state stored with a conversation is not what its events fold to.',
  SNAPSHOT: "A snapshot of a conversation's past is not what its events up to there fold to.",
  TASK_ROW: 'The row of a task is missing, is too much, or is not what its events fold to.',
  QUEUE_ROW: 'The row of a task that waits or is held is missing, is too much, or disagrees with its task.',
  LISTING_ROW:
    'Lists of conversations show one otherwise than it is, not at all, or where there is none. Its next change sets it right.',
  SEALED_ROW: 'What stayed of a sealed conversation is not what its event CONVERSATION_SEALED, or its file, says.',
  ARCHIVE_FILE: 'The file of a sealed conversation is missing, or is not the one that was sealed.',
} as const

export type FindingKind = keyof typeof FINDING_KINDS

/** One broken promise, precisely: where it shows, what should be there and what is. */
export interface Finding {
  kind: FindingKind
  workspaceId: string
  /** null where the log as a whole is at fault. */
  conversationId: string | null
  /** Of the event where it shows; for a row, of the last event that it must agree with. Decimal text. */
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
  /** Claims after an event that this build cannot read, by a process that could: nothing to recompute them from. */
  claimsNotJudged: number
  /** Claims by a process that could not read an event before it, which this build can: it started fresh, as it must. */
  claimsFailedClosed: number
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
    claimsNotJudged: 0,
    claimsFailedClosed: 0,
    resumes: 0,
    crossRuntimeResumes: 0,
    unknownEvents: 0,
    statesToRefold: 0,
  }
}
