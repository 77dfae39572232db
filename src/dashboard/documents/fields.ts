/** What the page reads of things that it shows in several places. */

export const RUNTIME = `id name daemonId provider status host cliVersion account store lastSeenAt`

export const EVENT = `id position version type rawType actor occurredAt data task { id title } runtime { id }`

const POLICY = `enabled scope onAgentChange maxResumeFailures maxAgeSeconds`

export const BINDING = `sessionId state stateReason workDir agentRevision resumeFailures lastActiveAt
  runtime { ${RUNTIME} } firstTask { id } lastTask { id } evidence { ${EVENT} }`

export const DECISION = `outcome reason sessionId workDir continuityGap message basis
  runtime { ${RUNTIME} } policy { ${POLICY} }
  candidates { eligible reason binding { ${BINDING} } evidence { ${EVENT} } }`

export const VERDICT = `outcome reason sessionId continuityGap message basis`

export const AGENT = `id name revision maxConcurrentTasks runtime { ${RUNTIME} } resumePolicy { ${POLICY} }`

export const PAGE = `pageInfo { hasNextPage hasPreviousPage startCursor endCursor }`
