/** What the page reads of things that it shows in several places. */

export const RUNTIME = `id name daemonId provider status host cliVersion account store lastSeenAt`

export const EVENT = `id position version type rawType actor occurredAt data task { id title } runtime { id }`

export const POLICY = `enabled scope onAgentChange maxResumeFailures maxAgeSeconds`

export const BINDING = `sessionId state stateReason workDir agentRevision resumeFailures lastActiveAt
  runtime { ${RUNTIME} } firstTask { id } lastTask { id } evidence { ${EVENT} }`

export const DECISION = `outcome reason sessionId workDir continuityGap message basis
  runtime { ${RUNTIME} } policy { ${POLICY} }
  candidates { eligible reason binding { ${BINDING} } evidence { ${EVENT} } }`

export const VERDICT = `outcome reason sessionId continuityGap message basis`

export const AGENT = `id name revision maxConcurrentTasks runtime { ${RUNTIME} } resumePolicy { ${POLICY} }`

/** A task under way: what it is about, for how long, and what it told last. */
export const DOING = `id status claimedAt startedAt
  conversation { id title ... on IssueThread { issueKey } }
  progress(last: 1) { nodes { kind text at } }`

export const PAGE = `pageInfo { hasNextPage hasPreviousPage startCursor endCursor }`
