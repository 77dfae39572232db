import { DOING, RUNTIME } from './fields.js'

/** The number of bucket starts per query. The server counts from a time on, so a bucket is the difference of two counts. */
export const STATS_AT_ONCE = 15
const BEGINNINGS = Array.from({ length: STATS_AT_ONCE }, (_, index) => index)

export const fleetDocuments = {
  Runtimes: `query Runtimes {
    runtimes(first: 100) { nodes { ${RUNTIME} } }
    serverTimers { heartbeat runtimeOffline }
  }`,

  Fleet: `query Fleet {
    runtimes(first: 50) {
      nodes {
        ${RUNTIME} queueDepth
        held: tasks(first: 20, status: [CLAIMED, RUNNING]) { nodes { id } pageInfo { hasNextPage } }
      }
      pageInfo { hasNextPage }
    }
    queueStats { queued claimed running oldestQueuedAt }
    serverTimers { heartbeat runtimeOffline }
  }`,

  Doing: `query Doing {
    tasks(filter: { status: [CLAIMED, RUNNING] }, first: 100) { nodes { ${DOING} agent { id name } runtime { id } } }
  }`,

  Waiting: `query Waiting {
    tasks(filter: { status: [QUEUED] }, orderBy: OLDEST_FIRST, first: 50) {
      nodes {
        id title issueKey prompt createdAt availableAt
        runtime { id name lastSeenAt coolingUntil }
        agent { id name maxConcurrentTasks }
        conversation { id }
        waiting { reasons ahead runtimeLastAskedAt blockedBy { id } }
      }
    }
  }`,

  /** The claims that ResumeTotals counts. */
  ClaimEvents: `query ClaimEvents($since: DateTime, $agentId: ID, $reasons: [ResumeReason!], $after: String) {
    claimEvents(since: $since, agentId: $agentId, reasons: $reasons, first: 50, after: $after) {
      nodes {
        id version occurredAt runtime { name } conversation { id title agent { name } }
        payload { __typename ... on TaskClaimed { decision { outcome reason } } }
      }
      pageInfo { hasNextPage endCursor }
    }
  }`,

  UsageByDay: `query UsageByDay($since: DateTime!, $agentId: ID) {
    usageByDay(since: $since, agentId: $agentId) {
      day agent { id name } runs inputTokens outputTokens cacheReadTokens cacheWriteTokens costUsd
    }
  }`,

  ResumeTotals: `query ResumeTotals($since: DateTime!, $agentId: ID) {
    resumeStats(since: $since, agentId: $agentId) { claims resumed hadSession fresh byReason { reason count } }
  }`,

  ResumeCounts: `query ResumeCounts($agentId: ID, ${BEGINNINGS.map((n) => `$since${n}: DateTime!`).join(', ')}) {
    ${BEGINNINGS.map((n) => `s${n}: resumeStats(since: $since${n}, agentId: $agentId) { resumed hadSession fresh }`).join('\n')}
  }`,

  Agents: `query Agents { agents(first: 100) { nodes { id name } } }`,
}
