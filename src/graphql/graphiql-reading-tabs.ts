import { tab } from './graphiql-tab.js'
import type { Tab } from './graphiql-tab.js'

/** The end of the story: what has come of it, and what comes next. */
export const readingTabs: readonly Tab[] = [
  tab(
    `
# What happened? The events are the truth, and
# they never change; messages, sessions and the
# pointer are what they come to. Ask for
# pointer(at: "...") with the position of an
# earlier event, and you see the past.
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
# What would the next claim be told, and why?
# Nothing is changed by asking: try another
# runtime, another policy, or an earlier
# position. Then send a second message, and
# claim.
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
# A subscription: the chat's history from its
# beginning, then each event as it happens. Leave
# this tab open, and send a message from another
# window: on the dashboard, for one. A stream
# that breaks goes on after the last position
# that you have.
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
