import { EVENT, PAGE } from './fields.js'

const ROW = `id title lastActivityAt
  agent { id name runtime { id name status } }
  newestTask { status runtime { id name status } }
  claimed: tasks(first: 1, status: [CLAIMED, RUNNING, COMPLETED, FAILED]) { nodes { resume { outcome reason } } }
  ... on ChatSession { status }
  ... on IssueThread { issueKey }`

export const sessionsDocuments = {
  Viewer: `query Viewer { viewer { tokenId name kind workspace { id name } } }`,

  Conversations: `query Conversations($filter: ConversationFilter, $after: String) {
    conversations(filter: $filter, first: 50, after: $after) { nodes { ${ROW} } ${PAGE} totalCount totalIsAtLeast }
  }`,

  ConversationsById: `query ConversationsById($ids: [ID!]!) { nodes(ids: $ids) { id ... on Conversation { ${ROW} } } }`,

  /**
   * A position near the end of the log: the last event of the most recently active conversation. The page follows the log
   * from there.
   */
  LogEnd: `query LogEnd { conversations(first: 1) { nodes { id events(last: 1) { nodes { position } } } } }`,

  LogAfter: `query LogAfter($after: Position) {
    sessionEvents(after: $after, first: 100) { ${EVENT} conversation { id } }
  }`,

  FollowLog: `subscription FollowLog($after: Position!) { sessionEvents(after: $after) { ${EVENT} conversation { id } } }`,

  FollowProgress: `subscription FollowProgress($taskId: ID!, $after: Int) {
    taskProgress(taskId: $taskId, after: $after) { seq kind text at }
  }`,
}
