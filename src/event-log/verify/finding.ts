/** The kinds of violated guarantees, each with its description. */
export const FINDING_KINDS = {
  VERSION_HOLE:
    "The versions of a conversation's events are not 1, 2, 3, ...: an event is missing or has the version of another.",
  POSITION_ORDER: "A later event of a conversation has a lower position in the workspace's log.",
  POSITION_HOLE: "The positions of the workspace's log are not 1, 2, 3, ...: an event is missing or was moved.",
  LOG_HEAD: "The workspace's log does not end at its recorded head, so that the next event would get a wrong position.",
  DIGEST: 'An event differs from what was written: the event or an earlier one was edited.',
  MALFORMED: 'The data of an event does not match its type.',
  TASK_HISTORY: 'An event is not possible at this point in the history of its task.',
  TWO_ACTIVE_TASKS: 'A task became active while another task of its conversation was active.',
  AGENT_OVER_CAPACITY: "A claim exceeded the agent's limit, or recorded fewer active tasks than there were.",
  OVERTAKEN: 'A task was claimed while a task with an earlier place in its conversation was waiting.',
  COOLING_RUNTIME: 'A task was claimed on a runtime whose account was exhausted or logged out.',
  CROSS_RUNTIME_RESUME: 'A claim was offered a session of another runtime, or one without a known runtime.',
  INELIGIBLE_RESUME: 'A claim was offered a session that is not eligible.',
  DECISION: 'A recorded decision differs from the one recomputed from the events before it.',
  HANDOFF_RANGE: 'A recorded handoff range differs from the one recomputed from the events before it.',
  WORKSPACE_ROW: 'Events belong to a workspace that does not exist.',
  CONVERSATION_ROW: 'The row of a conversation is missing, is superfluous, or differs from its first event.',
  STORED_VERSION: 'The stored version of a conversation differs from the version of its last event.',
  STORED_STATE:
    'The stored session state of a conversation differs from the fold of its events at its version, or lags behind ' +
    'the end of a run.',
  SNAPSHOT: 'A snapshot of a conversation differs from the fold of its events up to that version.',
  TASK_ROW: 'The row of a task is missing, is superfluous, or differs from the fold of its events.',
  QUEUE_ROW: 'The dispatch row of a queued or active task is missing, is superfluous, or contradicts its task.',
  LISTING_ROW:
    'The list entry of a conversation is missing, is superfluous, or is wrong. The next change of the ' +
    'conversation corrects it.',
  SEALED_ROW:
    'The remaining row of a sealed conversation differs from its `CONVERSATION_SEALED` event or from its file.',
  ARCHIVE_FILE: 'The archive file of a sealed conversation is missing or is not the one that was sealed.',
} as const

export type FindingKind = keyof typeof FINDING_KINDS

/** One violated guarantee: where it shows, the expected value and the actual value. */
export interface Finding {
  kind: FindingKind
  workspaceId: string
  /** null if the finding concerns the log as a whole. */
  conversationId: string | null
  /** The position of the event where it shows; for a row, of the last event that the row must agree with. Decimal text. */
  position: string | null
  version: number | null
  taskId: string | null
  expected: string
  found: string
}

/** The counts of a proof. `crossRuntimeResumes` is the headline figure: it must be 0. */
export interface Tally {
  workspaces: number
  conversations: number
  events: number
  tasks: number
  claims: number
  /** Claims whose decision was recomputed from the events before them. */
  decisionsRecomputed: number
  /** Imported claims, which record no decision. */
  claimsWithoutDecision: number
  /**
   * Claims that follow an event that this build cannot read and the claiming process could, so they cannot be recomputed.
   */
  claimsNotJudged: number
  /**
   * Claims by a process that could not read an earlier event, which this build can read. The process had to start fresh,
   * and did.
   */
  claimsFailedClosed: number
  resumes: number
  crossRuntimeResumes: number
  /** Events of types that this build does not know. Decisions after them fail closed. */
  unknownEvents: number
  /** Rows of another fold version, which are refolded on their next use. */
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
