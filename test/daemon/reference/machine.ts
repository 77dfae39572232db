import { requestGraphQL } from '../../support/graphql-request.js'
import { ADMIN_TOKEN } from '../../support/server-process.js'

/** What people do with a server while a daemon runs. Throws at any refusal. */
export async function ask<Data>(url: string, query: string, token = ADMIN_TOKEN): Promise<Data> {
  const { data, errors } = await requestGraphQL(url, token, query)
  if (data === null || errors.length > 0) throw new Error(`${query}: ${JSON.stringify(errors)}`)
  return data as Data
}

/** The id of the runtime, once the daemon has registered it. */
export async function runtimeOf(url: string, provider: string): Promise<string> {
  for (;;) {
    const { runtimes } = await ask<{ runtimes: { nodes: { id: string; provider: string }[] } }>(
      url,
      '{ runtimes { nodes { id provider } } }',
    )
    const runtime = runtimes.nodes.find((one) => one.provider === provider)
    if (runtime !== undefined) return runtime.id
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** A chat with a new agent on that runtime; returns a function that says something and waits for the task's end. */
export async function chatOn(url: string, runtimeId: string): Promise<(content: string) => Promise<Turn>> {
  const { createAgent } = await ask<{ createAgent: { agent: { id: string } } }>(
    url,
    `mutation { createAgent(input: { name: "Ada", runtimeId: "${runtimeId}" }) { agent { id } } }`,
  )
  const { createChatSession } = await ask<{ createChatSession: { chatSession: { id: string } } }>(
    url,
    `mutation { createChatSession(input: { agentId: "${createAgent.agent.id}" }) { chatSession { id } } }`,
  )
  const chat = createChatSession.chatSession.id
  return (content) => sayIn(url, chat, content)
}

/** Says something in a chat that is there, and waits for the task's end. */
export async function sayIn(url: string, chat: string, content: string, token = ADMIN_TOKEN): Promise<Turn> {
  const { sendChatMessage } = await ask<{ sendChatMessage: { task: { id: string } } }>(
    url,
    `mutation { sendChatMessage(input: { chatSessionId: "${chat}", content: ${JSON.stringify(content)} }) { task { id } } }`,
    token,
  )
  return taskEnd(url, sendChatMessage.task.id, token)
}

export interface Turn {
  status: string
  output: string | null
  sessionId: string | null
  workDir: string | null
  failure: { reason: string; error: string; resumeSafe: boolean } | null
  resume: { outcome: string; reason: string } | null
  progress: { nodes: { kind: string; text: string }[] }
}

async function taskEnd(url: string, id: string, token: string): Promise<Turn> {
  for (;;) {
    const { task } = await ask<{ task: Turn }>(
      url,
      `{ task(id: "${id}") {
        status output sessionId workDir failure { reason error resumeSafe } resume { outcome reason }
        progress { nodes { kind text } }
      } }`,
      token,
    )
    if (['COMPLETED', 'FAILED', 'CANCELLED'].includes(task.status)) return task
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
