import { PAGE } from './fields.js'

const NEWEST_TASK = `id status title finishedAt createdAt runtime { id name status } resume { outcome reason }`

export const sessionsDocuments = {
  Viewer: `query Viewer { viewer { name kind workspace { id name } } }`,

  ChatSessions: `query ChatSessions($after: String) {
    chatSessions(first: 50, after: $after) {
      nodes {
        id title status lastActivityAt
        agent { id name runtime { id name status } }
        tasks(first: 1) { nodes { ${NEWEST_TASK} } }
        claimed: tasks(first: 1, status: [CLAIMED, RUNNING, COMPLETED, FAILED]) { nodes { ${NEWEST_TASK} } }
      }
      ${PAGE}
    }
  }`,

  /** Issue threads have no list of their own: their tasks, newest first, lead to them. */
  IssueTasks: `query IssueTasks($after: String) {
    tasks(filter: { kind: ISSUE }, first: 50, after: $after) {
      nodes {
        ${NEWEST_TASK} issueKey
        conversation { id ... on IssueThread { lastActivityAt } agent { id name runtime { id name status } } }
      }
      ${PAGE}
    }
  }`,

  /** Where the log ends for this conversation: from there the page follows it. */
  LastEvent: `query LastEvent($id: ID!) {
    node(id: $id) { id ... on Conversation { events(last: 1) { nodes { position } } } }
  }`,

  LogAfter: `query LogAfter($after: Position) {
    sessionEvents(after: $after, first: 100) {
      id position version type rawType actor occurredAt data task { id title } runtime { id } conversation { id }
    }
  }`,
}
