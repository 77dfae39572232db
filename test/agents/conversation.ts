import { insist } from '../faults/restless-client.js'
import { ADMIN_TOKEN } from '../support/server-process.js'
import { answerTo } from './model/asked.js'
import type { ModelServer } from './model/model-server.js'
import { until } from './until.js'

const CREATE_AGENT = `mutation ($input: CreateAgentInput!) { createAgent(input: $input) { agent { id } } }`
const CREATE_CHAT = `mutation ($input: CreateChatSessionInput!) {
  createChatSession(input: $input) { chatSession { id } } }`
const SEND = `mutation ($input: SendChatMessageInput!) { sendChatMessage(input: $input) { task { id } } }`
const UPDATE_AGENT = `mutation ($input: UpdateAgentInput!) { updateAgent(input: $input) { agent { id } } }`
const CANCEL = `mutation ($input: CancelTaskInput!) { cancelTask(input: $input) { task { id } } }`
const EXPLAIN = `query ($id: ID!) { chatSession(id: $id) { explainResume { outcome reason } } }`
const TASKS = `query ($agentId: ID!) { tasks(first: 20, filter: { agentId: $agentId }) { nodes {
  id status output availableAt retryOf { id } failure { reason error resumeSafe } resume { outcome reason }
  events(first: 20) { nodes { data } } } } }`

export interface Attempt {
  id: string
  status: string
  output: string | null
  availableAt: string
  retryOf: { id: string } | null
  failure: { reason: string; error: string; resumeSafe: boolean } | null
  resume: { outcome: string; reason: string } | null
  events: { nodes: { data: { resumeResult?: string } }[] }
}

/** One message, and the attempts at it. */
export interface Said {
  marker: string
  taskId: string
}

/** What a retry says to a session that knows its message already. */
const CUT_OFF = 'The previous attempt at this message was cut off'
const ENDED = ['COMPLETED', 'FAILED', 'CANCELLED']
/** A retry that is put off for this long waits for an account, not for a network. */
const PUT_OFF_MS = 30_000

/** A chat with an agent of its own. Its messages are marked `#AB1`, `#AB2`, ..., so that the model can tell what it is shown. */
export class Conversation {
  /** What its failed attempts said, for whoever reads of a test that failed. */
  readonly errors: string[] = []
  #count = 0

  private constructor(
    private readonly url: string,
    private readonly model: ModelServer,
    private readonly letters: string,
    private readonly agentId: string,
    private readonly chatId: string,
  ) {}

  static async open(
    url: string,
    { model, letters, runtimeId, policy }: { model: ModelServer; letters: string; runtimeId: string; policy?: object },
  ): Promise<Conversation> {
    const agent = { name: letters, runtimeId, ...(policy && { resumePolicy: policy }) }
    const { createAgent } = await ask<{ createAgent: { agent: { id: string } } }>(url, CREATE_AGENT, { input: agent })
    const agentId = createAgent.agent.id
    const { createChatSession } = await ask<{ createChatSession: { chatSession: { id: string } } }>(url, CREATE_CHAT, {
      input: { agentId },
    })
    return new Conversation(url, model, letters, agentId, createChatSession.chatSession.id)
  }

  /** The marker of the next message. */
  get next(): string {
    return `#${this.letters}${this.#count + 1}`
  }

  async say(text = 'Go on.'): Promise<Said> {
    const marker = this.next
    this.#count += 1
    const { sendChatMessage } = await ask<{ sendChatMessage: { task: { id: string } } }>(this.url, SEND, {
      input: { chatSessionId: this.chatId, content: `${marker} ${text}` },
    })
    return { marker, taskId: sendChatMessage.task.id }
  }

  async move(runtimeId: string, policy?: object): Promise<void> {
    const input = { agentId: this.agentId, runtimeId, ...(policy && { resumePolicy: policy }) }
    await ask(this.url, UPDATE_AGENT, { input })
  }

  async cancel({ taskId }: Said): Promise<void> {
    await ask(this.url, CANCEL, { input: { taskId } })
  }

  /** What a claim would be told now. */
  async decision(): Promise<string> {
    const { chatSession } = await ask<{ chatSession: { explainResume: { outcome: string; reason: string } } }>(
      this.url,
      EXPLAIN,
      { id: this.chatId },
    )
    const { outcome, reason } = chatSession.explainResume
    return `next: ${outcome} ${reason}`
  }

  /** The attempts at a message, the first one first. */
  async attempts({ taskId }: Said): Promise<Attempt[]> {
    const { tasks } = await ask<{ tasks: { nodes: Attempt[] } }>(this.url, TASKS, { agentId: this.agentId })
    const chain: Attempt[] = []
    let next = tasks.nodes.find(({ id }) => id === taskId)
    while (next !== undefined) {
      chain.push(next)
      const { id } = next
      next = tasks.nodes.find(({ retryOf }) => retryOf?.id === id)
    }
    return chain
  }

  /** Waits until a message is answered, has failed for good, or is put off; returns a line for each attempt. */
  async ending(said: Said): Promise<string[]> {
    const attempts = await until(`${said.marker} ends`, async () => {
      const attempts = await this.attempts(said)
      const last = attempts.at(-1)
      const isOver = last !== undefined && (ENDED.includes(last.status) || isPutOff(last))
      return isOver ? attempts : null
    })
    this.errors.push(...attempts.flatMap(({ failure }) => (failure === null ? [] : [JSON.stringify(failure)])))
    return attempts.map((attempt, index) => this.#line(attempt, said, index === attempts.length - 1))
  }

  #line({ status, failure, resume, events, output, ...attempt }: Attempt, { marker }: Said, isLast: boolean): string {
    if (isPutOff({ status, ...attempt })) return 'then put off'
    const refused = events.nodes.some(({ data }) => data.resumeResult === 'REFUSED')
    const told = resume === null ? 'never claimed' : `${resume.outcome} ${resume.reason}${refused ? ', refused' : ''}`
    const ending = failure === null ? status.toLowerCase() : `failed ${failure.reason}`
    if (!isLast) return `${told}: ${ending}`
    return `${told}: ${ending}${this.#shown(marker)}${status === 'COMPLETED' ? this.#wrong(output, marker) : ''}`
  }

  /**
   * Which messages the model was shown when it was last asked for this turn, by their numbers, and of which it was told in
   * quotes.
   */
  #shown(marker: string): string {
    const seen = this.model.newestWith(marker)
    if (seen === undefined) return ', shown nothing'
    const numbers = (markers: readonly string[]) => markers.map((one) => one.replace(`#${this.letters}`, '')).join(' ')
    const { messages, answers } = seen.told
    const told = messages.length === 0 ? '' : `, told ${numbers(messages)} and the answers to ${numbers(answers)}`
    // Of this turn: an earlier one may have been cut off as well.
    const toldOfIt = seen.userTexts.some((text) => text.includes(CUT_OFF) && text.includes(marker))
    return `, shown ${numbers(seen.markers)}${told}${toldOfIt ? ', told of the cut' : ''}`
  }

  /** The answer is the model's last one, whole, and no earlier one beside it. */
  #wrong(output: string | null, marker: string): string {
    const seen = this.model.newestWith(marker)
    const answer = answerTo(seen?.markers ?? [])
    const isRight = output?.trim().endsWith(answer) === true && output.split('The model was shown').length === 2
    return isRight ? '' : `, and answered ${JSON.stringify(output?.replaceAll(`#${this.letters}`, '#'))}`
  }
}

function isPutOff({ status, availableAt }: Pick<Attempt, 'status' | 'availableAt'>): boolean {
  return status === 'QUEUED' && Date.parse(availableAt) - Date.now() > PUT_OFF_MS
}

function ask<T>(url: string, query: string, variables: object): Promise<T> {
  return insist<T>([url], ADMIN_TOKEN, query, variables)
}
