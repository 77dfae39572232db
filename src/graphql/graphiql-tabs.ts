import { readingTabs } from './graphiql-reading-tabs.js'
import { tab } from './graphiql-tab.js'
import type { Tab } from './graphiql-tab.js'

/**
 * What GraphiQL opens with: the life of one chat turn, told as the requests that a person and a daemon send. Whoever
 * goes through the tabs from left to right has seen the whole idea.
 */
export const graphiqlTabs: readonly Tab[] = [
  tab(`
# Welcome to Baton. It hands tasks to daemons
# that run coding agents, and decides from an
# append-only log which provider session each
# run may resume.
#
# The tabs tell the life of one chat turn. Go
# through them from left to right: press the
# play button (or Ctrl-Enter), and copy the ids
# that come back into the variables of the next
# tabs. The book icon on the left explains every
# type and field.
#
# First: who are you, and what is going on here?
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
# machine. Its daemon registers it each time it
# starts; the same daemonId and provider always
# give the same runtime.
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
# An agent is a worker with a config of its own,
# on one runtime. Its resume policy says which
# sessions its runs may go on in.
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
# Each message gets a task of its own, the turn
# that answers it. It waits in the queue of the
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
# Now play the daemon: ask for work. The answer
# holds the task, and the decision which session
# to resume. The first turn has none to resume;
# come back here after Complete.
#
# Copy the task's id and the claimToken for the
# next three tabs. The claimToken is the fencing
# token: whoever presents an old one is told
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
# The run begins. Where a session was offered,
# the daemon says what the provider made of it.
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
# daemon pins it: from now on it survives
# whatever ends the run, a crash or a
# cancellation included.
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
# The run ends well. Its output becomes the
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
