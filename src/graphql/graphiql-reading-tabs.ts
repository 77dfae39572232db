import { tab } from './graphiql-tab.js'
import type { Tab } from './graphiql-tab.js'

/** The last tabs: how to read the result, and what the next claim would get. */
export const readingTabs: readonly Tab[] = [
  tab(
    `
# What happened? Events are immutable. Session
# state and the pointer are folded from them. To
# see the past, pass the position of an earlier
# event to pointer(at: "...").
query History($id: ID!) {
  chatSession(id: $id) {
    title
    messages { nodes { role content } }
    pointer {
      sessionId
      workDir
      runtime { name }
      position
    }
    bindings {
      sessionId
      state
      resumeFailures
      evidence { position type }
    }
    events {
      nodes {
        position
        version
        type
        occurredAt
        payload {
          ... on TaskClaimed {
            decision { outcome reason }
          }
          ... on SessionPinned { sessionId }
        }
      }
    }
  }
}
`,
    { id: 'chat_ from OpenChat' },
  ),
  tab(
    `
# Which decision would the next claim get, and
# why? The query changes nothing: try another
# runtime, another policy or an earlier position.
# Then send a second message and claim it.
query ExplainResume($id: ID!) {
  chatSession(id: $id) {
    now: explainResume { ...decision }
    neverResuming: explainResume(
      policy: { enabled: false }
    ) { ...decision }
    beforeAnything: explainResume(at: "0") {
      ...decision
    }
  }
}

fragment decision on ResumeDecision {
  outcome
  reason
  message
  sessionId
  workDir
  candidates {
    eligible
    reason
    binding { sessionId state }
  }
}
`,
    { id: 'chat_ from OpenChat' },
  ),
  tab(
    `
# A subscription: the history of the chat, then
# each new event. Leave this tab open and send a
# message from another window, for example from
# the dashboard. If the stream breaks, subscribe
# again with the last position received.
subscription Follow($id: ID!, $after: Position) {
  sessionEvents(
    conversationId: $id
    after: $after
  ) {
    position
    type
    occurredAt
    payload {
      __typename
      ... on MessagePosted { role }
      ... on TaskClaimed {
        decision { outcome reason }
      }
    }
  }
}
`,
    { id: 'chat_ from OpenChat', after: '0' },
  ),
]
