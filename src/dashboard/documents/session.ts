import { AGENT, BINDING, DECISION, EVENT, PAGE, RUNTIME, VERDICT } from './fields.js'

const POINTERS = Array.from({ length: 8 }, (_, index) => index)

const TURN = `id status prompt output attempt maxAttempts createdAt startedAt finishedAt retryOf { id }
  failure { reason error resumeSafe retryable }
  resume { outcome reason handoffRange { turns } }
  usage { model inputTokens outputTokens costUsd }`

export const sessionDocuments = {
  /** Newest first, in small pages: a turn may hold two texts of a megabyte. */
  Turns: `query Turns($id: ID!, $after: String) {
    node(id: $id) { id ... on Conversation { tasks(first: 10, after: $after) { nodes { ${TURN} } ${PAGE} } } }
  }`,

  Session: `query Session($id: ID!, $at: Position) {
    node(id: $id) {
      id
      ... on ChatSession { status createdAt lastActivityAt }
      ... on IssueThread { issueKey createdAt lastActivityAt }
      ... on Conversation {
        title
        agent { ${AGENT} }
        newestTask { id status createdAt startedAt }
        sealed { throughVersion sealedAt }
        pointer(at: $at) { sessionId workDir position runtime { ${RUNTIME} } }
        bindings(at: $at) { ${BINDING} }
      }
    }
  }`,

  Explanation: `query Explanation($id: ID!, $runtimeId: ID!, $at: Position, $policy: ResumePolicyInput) {
    node(id: $id) { id ... on Conversation { explainResume(runtimeId: $runtimeId, at: $at, policy: $policy) { ${VERDICT} } } }
  }`,

  ExplanationInFull: `query ExplanationInFull($id: ID!, $runtimeId: ID!, $at: Position, $policy: ResumePolicyInput) {
    node(id: $id) { id ... on Conversation { explainResume(runtimeId: $runtimeId, at: $at, policy: $policy) { ${DECISION} } } }
  }`,

  /** The messages, whose texts name the turns. */
  Messages: `query Messages($id: ID!, $before: String) {
    chatSession(id: $id) { id messages(last: 100, before: $before) { nodes { id content createdAt } ${PAGE} } }
  }`,

  EventsBefore: `query EventsBefore($id: ID!, $before: String) {
    node(id: $id) {
      id
      ... on Conversation { events(last: 100, before: $before) { nodes { ${EVENT} } ${PAGE} } }
    }
  }`,

  /** The largest page, from anywhere in a history. */
  EventsFrom: `query EventsFrom($id: ID!, $from: Int!) {
    node(id: $id) { id ... on Conversation { events(first: 100, fromVersion: $from) { nodes { ${EVENT} } } } }
  }`,

  EventCounts: `query EventCounts($id: ID!) {
    node(id: $id) {
      id
      ... on Conversation { eventCounts { toVersion byType { type count } byReason { reason count } } }
    }
  }`,

  MessagesById: `query MessagesById($ids: [ID!]!) { nodes(ids: $ids) { id ... on ChatMessage { content } } }`,

  /** Queried only when an event is opened, not for each new event. */
  EventAsStored: `query EventAsStored($id: ID!) {
    node(id: $id) { id ... on SessionEvent { actor actorName data } }
  }`,

  TaskDetail: `query TaskDetail($id: ID!) {
    task(id: $id) {
      id status title prompt output attempt maxAttempts createdAt availableAt claimedAt startedAt finishedAt
      sessionId workDir forceFreshSession rerunOf { id } retryOf { id }
      failure { reason error resumeSafe retryable }
      resume { ${DECISION} }
      progress(last: 30) { nodes { seq kind text at } }
    }
  }`,

  PointersAt: `query PointersAt($id: ID!, ${POINTERS.map((n) => `$at${n}: Position!`).join(', ')}) {
    node(id: $id) {
      id
      ... on Conversation {
        ${POINTERS.map((n) => `p${n}: pointer(at: $at${n}) { sessionId runtime { id name } }`).join('\n')}
      }
    }
  }`,
}
