import { setTimeout as sleep } from 'node:timers/promises'
import { createSender } from '../daemon/client/client.js'
import type { Sender } from '../daemon/client/client.js'
import { newRequestId } from '../daemon/ids.js'
import { documents } from './documents.js'
import type { Operations } from './operation-types.js'

type Input<Name extends keyof Operations> = Operations[Name]['variables'] extends { input: infer In } ? In : never

/** A requested turn or task. */
export interface RequestedTask {
  taskId: string
  conversationId: string
}

const ENDED = ['COMPLETED', 'FAILED', 'CANCELLED']
const LOOK_AGAIN_MS = 25
/** How long to wait before the demo counts as stuck. */
const PATIENCE_MS = 120_000

/** One person who uses the API. The demo's day consists of such requests. */
export class Person {
  private readonly api: Sender<Operations>

  constructor(url: string, token: string) {
    this.api = createSender<Operations>(documents, { url, token })
  }

  /** The new token's secret. */
  async createToken(input: Input<'CreateToken'>): Promise<string> {
    return (await this.api.send('CreateToken', { input })).createToken.secret
  }

  /** Ids by name. */
  async runtimes(): Promise<ReadonlyMap<string, string>> {
    const { runtimes } = await this.api.send('Runtimes', {})
    return new Map(runtimes.nodes.map(({ id, name }) => [name, id]))
  }

  async agents(): Promise<ReadonlyMap<string, string>> {
    const { agents } = await this.api.send('Agents', {})
    return new Map(agents.nodes.map(({ id, name }) => [name, id]))
  }

  async createAgent(input: Input<'CreateAgent'>): Promise<string> {
    return (await this.api.send('CreateAgent', { input })).createAgent.agent.id
  }

  async changeAgent(agentId: string, change: Omit<Input<'UpdateAgent'>, 'agentId'>): Promise<void> {
    await this.api.send('UpdateAgent', { input: { agentId, ...change } })
  }

  async openChat(agentId: string, title: string): Promise<string> {
    return (await this.api.send('CreateChatSession', { input: { agentId, title } })).createChatSession.chatSession.id
  }

  /** Sends a message and does not wait for the answer. */
  async say(
    chatSessionId: string,
    { prompt }: { prompt: string },
    more: Partial<Input<'SendChatMessage'>> = {},
  ): Promise<RequestedTask> {
    const input = { chatSessionId, content: prompt, requestId: newRequestId(), ...more }
    const { task } = (await this.api.send('SendChatMessage', { input })).sendChatMessage
    return { taskId: task.id, conversationId: task.conversation.id }
  }

  /** Enqueues a task and does not wait for it. */
  async assign(input: Input<'EnqueueTask'>): Promise<RequestedTask> {
    const { task } = (await this.api.send('EnqueueTask', { input: { requestId: newRequestId(), ...input } }))
      .enqueueTask
    return { taskId: task.id, conversationId: task.conversation.id }
  }

  async rerun({ taskId }: RequestedTask): Promise<RequestedTask> {
    const { task } = (await this.api.send('RerunTask', { input: { taskId, requestId: newRequestId() } })).rerunTask
    return { taskId: task.id, conversationId: task.conversation.id }
  }

  async cancel({ taskId }: RequestedTask, reason: string): Promise<void> {
    await this.api.send('CancelTask', { input: { taskId, reason } })
  }

  async reset(conversationId: string, reason: string): Promise<void> {
    await this.api.send('ResetSession', { input: { conversationId, reason } })
  }

  /** Waits until the task runs or has run. */
  async running({ taskId }: RequestedTask): Promise<void> {
    await until(async () => {
      const { task } = await this.api.send('TaskStatus', { id: taskId })
      return task === null || task.status === 'RUNNING' || ENDED.includes(task.status)
    })
  }

  /** Waits until no task of the conversation is queued or running, including retries. */
  async settled({ conversationId }: Pick<RequestedTask, 'conversationId'>): Promise<void> {
    await until(async () => {
      const { node } = await this.api.send('WorkUnderWay', { id: conversationId })
      return node === null || !('tasks' in node) || node.tasks.nodes.length === 0
    })
  }

  /** Whether the agent has no queued or running task. */
  async isIdle(agentId: string): Promise<boolean> {
    const { queueStats } = await this.api.send('QueueOf', { agentId })
    return queueStats.queued + queueStats.claimed + queueStats.running === 0
  }
}

async function until(done: () => Promise<boolean>): Promise<void> {
  for (let waited = 0; !(await done()); waited += LOOK_AGAIN_MS) {
    if (waited > PATIENCE_MS) throw new Error('Something in the demo did not end. Start it with --fresh.')
    await sleep(LOOK_AGAIN_MS)
  }
}
