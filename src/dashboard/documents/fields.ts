/** Selections that several documents share. */

export const RUNTIME = `id name daemonId provider status host cliVersion account store lastSeenAt`

export const POLICY = `enabled scope onAgentChange maxResumeFailures maxAgeSeconds`

/** The fields of each kind of event. */
const PAYLOAD = `payload {
  __typename
  ... on MessagePosted { messageId role }
  ... on TaskEnqueued { retryOf rerunOf forceFreshSession }
  ... on TaskRetargeted { fromRuntimeId }
  ... on TaskClaimed {
    decision { outcome reason sessionId workDir continuityGap agentRevision account store policy { ${POLICY} } }
  }
  ... on TaskStarted { resumeResult }
  ... on SessionPinned { sessionId workDir cancelledVersion }
  ... on TaskReleased { cause reason }
  ... on TaskCompleted { sessionId retiredSessionId transcriptMissing }
  ... on TaskFailed { sessionId retiredSessionId transcriptMissing failureReason resumeSafe }
  ... on TaskCancelled { reason }
  ... on SessionReset { sessionId reason }
  ... on PointerImported { sessionId }
}`

export const EVENT = `id position version type rawType actor occurredAt ${PAYLOAD} task { id title } runtime { id }`

const EVIDENCE = `id version type`

export const BINDING = `sessionId state stateReason workDir agentRevision resumeFailures lastActiveAt
  runtime { ${RUNTIME} } firstTask { id } lastTask { id } evidence { ${EVIDENCE} }`

export const DECISION = `outcome reason sessionId workDir continuityGap message basis
  runtime { ${RUNTIME} } policy { ${POLICY} }
  candidates { eligible reason binding { ${BINDING} } evidence { ${EVIDENCE} } }`

export const VERDICT = `outcome reason sessionId continuityGap message basis`

export const AGENT = `id name revision maxConcurrentTasks runtime { ${RUNTIME} } resumePolicy { ${POLICY} }`

/** An active task: its subject, its times, and its latest progress. */
export const DOING = `id status claimedAt startedAt
  conversation { id title ... on IssueThread { issueKey } }
  progress(last: 1) { nodes { kind text at } }`

export const PAGE = `pageInfo { hasNextPage hasPreviousPage startCursor endCursor }`
