import { DOING, PAGE, POLICY, RUNTIME } from './fields.js'

export const agentDocuments = {
  AgentList: `query AgentList($includeArchived: Boolean!, $after: String) {
    agents(first: 50, after: $after, includeArchived: $includeArchived) {
      nodes {
        id name revision maxConcurrentTasks archivedAt
        runtime { id name status }
        held: tasks(first: 10, status: [CLAIMED, RUNNING]) { nodes { id } pageInfo { hasNextPage } }
      }
      ${PAGE}
    }
  }`,

  Agent: `query Agent($id: ID!) {
    agentConfigSchema
    node(id: $id) {
      id
      ... on Agent {
        name revision maxConcurrentTasks archivedAt createdAt config
        runtime { ${RUNTIME} }
        resumePolicy { ${POLICY} }
        held: tasks(first: 20, status: [CLAIMED, RUNNING]) { nodes { ${DOING} } pageInfo { hasNextPage } }
        waiting: tasks(first: 1, status: [QUEUED]) { nodes { id } }
      }
    }
  }`,

  SimulatePolicy: `query SimulatePolicy($policy: ResumePolicyInput!, $agentId: ID!) {
    simulateResumePolicy(policy: $policy, agentId: $agentId, first: 20) {
      claims flips byReason { from to count }
      examples {
        position occurredAt conversation { id title ... on IssueThread { issueKey } } task { id }
        recorded { outcome reason } simulated { outcome reason }
      }
    }
  }`,

  UpdateAgent: `mutation UpdateAgent($input: UpdateAgentInput!) { updateAgent(input: $input) { agent { id revision } } }`,
  ArchiveAgent: `mutation ArchiveAgent($input: ArchiveAgentInput!) { archiveAgent(input: $input) { agent { id } } }`,

  Tokens: `query Tokens { tokens { id name kind daemonId createdAt expiresAt lastUsedAt revokedAt } }`,
  RevokeToken: `mutation RevokeToken($input: RevokeTokenInput!) { revokeToken(input: $input) { token { id } } }`,
}
