import { readingTabs } from './graphiql-reading-tabs.js'
import { tab } from './graphiql-tab.js'
import type { Tab } from './graphiql-tab.js'

/**
 * The tabs that GraphiQL opens with: one chat turn from start to end, as the requests that a user and a daemon send. Read
 * from left to right, they introduce every concept of the API.
 */
export const graphiqlTabs: readonly Tab[] = [
  tab(`
# Welcome to Baton. It hands tasks to daemons
# that run coding agents, and decides from an
# append-only log which provider session each
# run may resume.
#
# The tabs follow one chat turn. Run them from
# left to right with the play button (or
# Ctrl-Enter), and copy the returned IDs into the
# variables of the next tabs. The book icon on
# the left opens the documentation of every type
# and field.
#
# First: the caller and the state of the queue.
query Welcome {
  viewer { name kind workspace { id name } }
  queueStats { queued claimed running }
  runtimes(first: 5) {
    nodes { id name status queueDepth }
  }
  serverTimers { heartbeat claimLease runLease }
}
`),
  tab(
    `
# A runtime is one coding-agent CLI on one
# machine. Its daemon registers it at each start.
# The same daemonId and provider always give the
# same runtime.
#
# Copy the id (rt_...) for the next tab and for
# Claim.
mutation RegisterRuntime(
  $input: RegisterRuntimeInput!
) {
  registerRuntime(input: $input) {
    runtime { id name status lastSeenAt }
  }
}
`,
    { input: { daemonId: 'my-laptop', provider: 'claude', host: 'laptop', account: 'me', store: 'home' } },
  ),
  tab(
    `
# An agent is a configuration of a coding agent
# on one runtime. Its resume policy says which
# sessions its runs may resume.
#
# Copy the id (agt_...) for the next tab.
mutation CreateAgent($input: CreateAgentInput!) {
  createAgent(input: $input) {
    agent {
      id
      name
      revision
      runtime { name }
      resumePolicy { enabled scope }
    }
  }
}
`,
    { input: { name: 'Ada', runtimeId: 'rt_ from RegisterRuntime', config: { model: 'large' } } },
  ),
  tab(
    `
# A conversation is the unit of continuity: a
# chat session, or an agent's work on an issue.
#
# Copy the id (chat_...) for SendMessage,
# History and ExplainResume.
mutation OpenChat(
  $input: CreateChatSessionInput!
) {
  createChatSession(input: $input) {
    chatSession { id title agent { name } }
  }
}
`,
    { input: { agentId: 'agt_ from CreateAgent', title: 'First steps' } },
  ),
  tab(
    `
# Each message gets its own task, the turn that
# answers it. The task waits in the queue of the
# agent's runtime.
mutation SendMessage(
  $input: SendChatMessageInput!
) {
  sendChatMessage(input: $input) {
    message { id createdAt }
    task { id status prompt priority }
  }
}
`,
    { input: { chatSessionId: 'chat_ from OpenChat', content: 'What does this repository do?' } },
  ),
  tab(
    `
# Now act as the daemon and claim the task. The
# result contains the task and the resume
# decision. The first turn has no session to
# resume; come back to this tab after Complete.
#
# Copy the task's ID and the claimToken for the
# next three tabs. The claimToken is the fencing
# token: a call with an old one fails with
# STALE_CLAIM.
mutation Claim($input: ClaimTaskInput!) {
  claimTask(input: $input) {
    ... on TaskClaim {
      task { id title prompt attempt }
      claimToken
      leaseExpiresAt
      priorSessionId
      priorWorkDir
      resume {
        outcome
        reason
        message
        continuityGap
      }
      input { role content }
    }
    ... on NoTaskAvailable {
      reasons
      retryAfterSeconds
    }
  }
}
`,
    { input: { runtimeId: 'rt_ from RegisterRuntime', leaseSeconds: 3600 } },
  ),
  tab(
    `
# Start the run. If a session was offered, the
# daemon reports whether the provider resumed it.
mutation Start($input: StartTaskInput!) {
  startTask(input: $input) {
    task { id status startedAt leaseExpiresAt }
  }
}
`,
    { input: { taskId: 'task_ from Claim', claimToken: 'from Claim', resumeResult: 'NOT_ATTEMPTED' } },
  ),
  tab(
    `
# As soon as the provider names its session, the
# daemon pins it. The session then survives the
# end of the run, even a crash or a cancellation.
mutation Pin($input: PinTaskSessionInput!) {
  pinTaskSession(input: $input) {
    accepted
    task { sessionId workDir }
  }
}
`,
    {
      input: {
        taskId: 'task_ from Claim',
        claimToken: 'from Claim',
        sessionId: 'session-1',
        workDir: '/home/me/project',
      },
    },
  ),
  tab(
    `
# Complete the run. Its output becomes the
# agent's message in the chat.
mutation Complete($input: CompleteTaskInput!) {
  completeTask(input: $input) {
    task { id status finishedAt output }
  }
}
`,
    { input: { taskId: 'task_ from Claim', claimToken: 'from Claim', output: 'It hands tasks to agents.' } },
  ),
  ...readingTabs,
]
