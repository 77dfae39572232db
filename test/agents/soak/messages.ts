import { insist } from '../../faults/restless-client.js'
import { ADMIN_TOKEN } from '../../support/server-process.js'

const CREATE_AGENT = `mutation ($input: CreateAgentInput!) { createAgent(input: $input) { agent { id } } }`
const CREATE_CHAT = `mutation ($input: CreateChatSessionInput!) {
  createChatSession(input: $input) { chatSession { id } } }`
const SEND = `mutation ($input: SendChatMessageInput!) { sendChatMessage(input: $input) { task { id } } }`
const CANCEL = `mutation ($input: CancelTaskInput!) { cancelTask(input: $input) { task { id } } }`
const TASKS = `query ($after: String) { tasks(first: 50, after: $after) { pageInfo { hasNextPage endCursor } nodes {
  id status output startedAt finishedAt retryOf { id } failure { reason error } runtime { daemonId } } } }`
const ANSWERS = `query ($id: ID!) { chatSession(id: $id) { messages(first: 100) { nodes { role content task { id } } } } }`

export interface TaskNow {
  id: string
  status: string
  output: string | null
  startedAt: string | null
  finishedAt: string | null
  retryOf: { id: string } | null
  failure: { reason: string; error: string } | null
  runtime: { daemonId: string }
}

/** One message that was sent, and what the server then made of it. */
export interface Sent {
  marker: string
  chatId: string
  taskId: string
}

interface Tasks {
  tasks: { pageInfo: { hasNextPage: boolean; endCursor: string }; nodes: TaskNow[] }
}
interface Answers {
  chatSession: { messages: { nodes: { role: string; content: string; task: { id: string } | null }[] } }
}

/** What people do in the chats, over a server that comes and goes: each call is sent until it is answered. */
export class Messages {
  constructor(private readonly url: string) {}

  async agent(name: string, runtimeId: string): Promise<string> {
    const input = { name, runtimeId, requestId: `agent-${name}` }
    return (await this.#ask<{ createAgent: { agent: { id: string } } }>(CREATE_AGENT, { input })).createAgent.agent.id
  }

  async chat(agentId: string, name: string): Promise<string> {
    const input = { agentId, requestId: `chat-${name}` }
    const answer = await this.#ask<{ createChatSession: { chatSession: { id: string } } }>(CREATE_CHAT, { input })
    return answer.createChatSession.chatSession.id
  }

  async send(chatId: string, marker: string, text: string): Promise<Sent> {
    const input = { chatSessionId: chatId, content: `${marker} ${text}`, requestId: `message-${marker}` }
    const answer = await this.#ask<{ sendChatMessage: { task: { id: string } } }>(SEND, { input })
    return { marker, chatId, taskId: answer.sendChatMessage.task.id }
  }

  /** false where the task has ended meanwhile. */
  async cancel(taskId: string): Promise<boolean> {
    try {
      await this.#ask(CANCEL, { input: { taskId } })
      return true
    } catch {
      return false
    }
  }

  async tasks(): Promise<TaskNow[]> {
    const all: TaskNow[] = []
    for (let after: string | null = null; ;) {
      const { tasks }: Tasks = await this.#ask<Tasks>(TASKS, { after })
      all.push(...tasks.nodes)
      if (!tasks.pageInfo.hasNextPage) return all
      after = tasks.pageInfo.endCursor
    }
  }

  /** What the assistant has said in a chat, with the task that brought it. */
  async answers(chatId: string): Promise<{ content: string; taskId: string | null }[]> {
    const { chatSession } = await this.#ask<Answers>(ANSWERS, { id: chatId })
    return chatSession.messages.nodes
      .filter(({ role }) => role === 'ASSISTANT')
      .map(({ content, task }) => ({ content, taskId: task?.id ?? null }))
  }

  #ask<T>(query: string, variables: object): Promise<T> {
    return insist<T>([this.url], ADMIN_TOKEN, query, variables)
  }
}

/** A task and the retries of it, the first one first. */
export function attemptsAt(taskId: string, tasks: readonly TaskNow[]): TaskNow[] {
  const chain: TaskNow[] = []
  let next = tasks.find(({ id }) => id === taskId)
  while (next !== undefined) {
    const { id } = next
    chain.push(next)
    next = tasks.find(({ retryOf }) => retryOf?.id === id)
  }
  return chain
}
