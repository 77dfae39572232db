import { textAt } from './graphql.js'
import type { Client } from './graphql.js'

/** Small steps through the API, for tests that need something to look at. Each answers the id of what it made. */

export async function makeRuntime(client: Client, daemonId = 'daemon-1', provider = 'claude'): Promise<string> {
  const document = `mutation ($input: RegisterRuntimeInput!) { registerRuntime(input: $input) { runtime { id } } }`
  return textAt(await client.ask(document, { input: { daemonId, provider } }), 'registerRuntime.runtime.id')
}

export async function makeAgent(client: Client, runtimeId: string, name = 'Ada'): Promise<string> {
  const document = `mutation ($input: CreateAgentInput!) { createAgent(input: $input) { agent { id } } }`
  return textAt(await client.ask(document, { input: { name, runtimeId } }), 'createAgent.agent.id')
}

export async function makeChat(client: Client, agentId: string, title = 'A chat'): Promise<string> {
  const document = `mutation ($input: CreateChatSessionInput!) { createChatSession(input: $input) { chatSession { id } } }`
  return textAt(await client.ask(document, { input: { agentId, title } }), 'createChatSession.chatSession.id')
}

/** Answers the id of the turn. */
export async function say(client: Client, chatSessionId: string, content = 'Hello'): Promise<string> {
  const document = `mutation ($input: SendChatMessageInput!) { sendChatMessage(input: $input) { task { id } } }`
  return textAt(await client.ask(document, { input: { chatSessionId, content } }), 'sendChatMessage.task.id')
}

export async function enqueue(client: Client, agentId: string, issueKey: string): Promise<string> {
  const document = `mutation ($input: EnqueueTaskInput!) { enqueueTask(input: $input) { task { id } } }`
  return textAt(await client.ask(document, { input: { agentId, issueKey, prompt: 'Do it' } }), 'enqueueTask.task.id')
}

export interface ClaimedTask {
  taskId: string
  claimToken: string
}

export async function claim(client: Client, runtimeId: string): Promise<ClaimedTask> {
  const document = `mutation ($input: ClaimTaskInput!) {
    claimTask(input: $input) { ... on TaskClaim { claimToken task { id } } }
  }`
  const data = await client.ask(document, { input: { runtimeId } })
  return { taskId: textAt(data, 'claimTask.task.id'), claimToken: textAt(data, 'claimTask.claimToken') }
}

/** Claims, starts and completes the next task of the runtime, in this session. */
export async function runNext(client: Client, runtimeId: string, sessionId: string): Promise<string> {
  const claimed = await claim(client, runtimeId)
  await client.ask(`mutation ($input: StartTaskInput!) { startTask(input: $input) { task { id } } }`, {
    input: claimed,
  })
  await client.ask(`mutation ($input: CompleteTaskInput!) { completeTask(input: $input) { task { id } } }`, {
    input: { ...claimed, output: 'Done', sessionId, workDir: '/work' },
  })
  return claimed.taskId
}
