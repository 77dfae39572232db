import { setTimeout as sleep } from 'node:timers/promises'
import { ADMIN_TOKEN } from '../support/server-process.js'
import { Refusal, insist } from './restless-client.js'

const CLAIM = `mutation ($input: ClaimTaskInput!) { claimTask(input: $input) {
  ... on TaskClaim { claimToken replayed task { id } } ... on NoTaskAvailable { reasons } } }`
const START = `mutation ($input: StartTaskInput!) { startTask(input: $input) { task { id } } }`
const PIN = `mutation ($input: PinTaskSessionInput!) { pinTaskSession(input: $input) { accepted } }`
const COMPLETE = `mutation ($input: CompleteTaskInput!) { completeTask(input: $input) { task { status } } }`
const ENQUEUE = `mutation ($input: EnqueueTaskInput!) { enqueueTask(input: $input) { task { id } } }`
const UNENDED = `{ tasks(first: 1, filter: { status: [QUEUED, CLAIMED, RUNNING] }) { nodes { id } } }`
const TASK = `query ($id: ID!) { task(id: $id) { id status output sessionId } }`

/** Tasks that wait at most: enough for every daemon at any moment, and soon done in the end. */
const MOST_WAITING = 100

interface Claimed {
  claimTask: { claimToken: string; replayed: boolean; task: { id: string } } | { reasons: string[] }
}
interface TaskNow {
  id: string
  status: string
  output: string | null
  sessionId: string | null
}
interface Daemon {
  runtimeId: string
  secret: string
  agentId: string
}
interface Call {
  taskId: string
  claimToken: string
}

/** For what hangs. */
const PATIENCE_MS = 120_000

/**
 * Daemons that work without rest, and somebody who gives them work, over servers that come and go. Keeps what the servers
 * have acknowledged, to be held against what is there in the end, and notes at once what must never be.
 */
export class Fleet {
  /** Tasks that were acknowledged as enqueued. */
  readonly enqueued: string[] = []
  /** Tasks that were acknowledged as completed, with what was said of them, and how often. */
  readonly completed = new Map<string, { output: string; sessionId: string; times: number }>()
  /** What no server may ever do. */
  readonly violations: string[] = []
  /** The token of each task's newest claim. */
  private readonly current = new Map<string, string>()
  private readonly holderOf = new Map<string, number>()
  private producing = false
  private working = false
  private readonly loops: Promise<void>[] = []
  private producer: Promise<void> = Promise.resolve()

  private constructor(
    private readonly urls: readonly string[],
    private readonly daemons: readonly Daemon[],
    private readonly pauseMs: number,
  ) {}

  /** `pauseMs`: between two tasks that are given out. */
  static async register(urls: readonly string[], { daemons, pauseMs }: { daemons: number; pauseMs: number }) {
    return new Fleet(
      urls,
      await Promise.all(Array.from({ length: daemons }, (_, n) => register(urls, `daemon-${n}`))),
      pauseMs,
    )
  }

  /** One daemon's token, runtime and agent, for whoever plays it himself. */
  static daemon(urls: readonly string[], daemonId: string): Promise<Daemon> {
    return register(urls, daemonId)
  }

  start(): void {
    this.producing = this.working = true
    this.producer = this.produce()
    this.loops.push(this.producer, ...this.daemons.map((daemon, n) => this.work(daemon, n)))
    // Awaited in the end; until then a failure is nobody's unhandled rejection.
    for (const loop of this.loops) loop.catch(() => undefined)
  }

  /** Gives out nothing more, and returns when all tasks have ended, as the servers tell it, or `isDone` says so. */
  async finish(isDone: () => boolean | Promise<boolean> = () => this.allEnded()): Promise<void> {
    this.producing = false
    await this.producer
    const deadline = performance.now() + PATIENCE_MS
    while (!(await isDone())) {
      if (performance.now() > deadline) {
        this.violations.push(`the work was not done ${PATIENCE_MS / 1000} s after the last task was given out`)
        break
      }
      await sleep(500)
    }
    this.working = false
    await Promise.all(this.loops)
  }

  private async allEnded(): Promise<boolean> {
    const { tasks } = await insist<{ tasks: { nodes: unknown[] } }>(this.urls, ADMIN_TOKEN, UNENDED, {})
    return tasks.nodes.length === 0
  }

  private async taskNow(id: string): Promise<TaskNow> {
    return (await insist<{ task: TaskNow }>(this.urls, ADMIN_TOKEN, TASK, { id })).task
  }

  /** What was acknowledged and is not so: empty, unless something was lost. Also what must never have been. */
  async lost(): Promise<string[]> {
    const problems = [...this.violations]
    for (const id of this.enqueued) {
      const { status } = await this.taskNow(id)
      if (!['COMPLETED', 'FAILED', 'CANCELLED'].includes(status)) problems.push(`${id} is ${status} in the end`)
    }
    for (const [id, { output, sessionId, times }] of this.completed) {
      const task = await this.taskNow(id)
      if (times !== 1) problems.push(`${id} was completed ${times} times`)
      if (task.status !== 'COMPLETED') problems.push(`${id} was completed, and is ${task.status}`)
      if (task.output !== output) problems.push(`${id} has lost its output`)
      if (task.sessionId !== sessionId) problems.push(`${id} has lost its session`)
    }
    return problems
  }

  private async produce(): Promise<void> {
    for (let n = 0; this.producing; n++) {
      while (this.producing && this.enqueued.length - this.completed.size >= MOST_WAITING) await sleep(this.pauseMs)
      const { agentId } = this.daemons[n % this.daemons.length] ?? { agentId: '' }
      const input = { agentId, issueKey: `K-${n % 400}`, prompt: 'Work.', maxAttempts: 20, requestId: `enqueue-${n}` }
      const answer = await insist<{ enqueueTask: { task: { id: string } } }>(this.urls, ADMIN_TOKEN, ENQUEUE, { input })
      this.enqueued.push(answer.enqueueTask.task.id)
      await sleep(this.pauseMs)
    }
  }

  private async work({ runtimeId, secret }: Daemon, n: number): Promise<void> {
    for (let round = 0; this.working; round++) {
      const input = { runtimeId, waitSeconds: 2, requestId: `claim-${n}-${round}` }
      const { claimTask } = await insist<Claimed>(this.urls, secret, CLAIM, { input })
      if ('reasons' in claimTask) continue
      const held = { taskId: claimTask.task.id, claimToken: claimTask.claimToken }
      this.claimed(held, n)
      const [sessionId, output] = [`s-${n}-${round}`, `out-${n}-${round}`]
      try {
        await this.send(secret, START, held)
        await this.send(secret, PIN, held, { sessionId })
        await this.send(secret, COMPLETE, held, { output })
        const times = (this.completed.get(held.taskId)?.times ?? 0) + 1
        this.completed.set(held.taskId, { output, sessionId, times })
      } catch (error) {
        // Fenced: the lease ran out while no server answered. Somebody else has the task, or its retry.
        if (!(error instanceof Refusal)) throw error
      }
    }
  }

  private claimed({ taskId, claimToken }: Call, n: number): void {
    const holder = this.holderOf.get(claimToken) ?? n
    if (holder !== n) this.violations.push(`one claimToken was given to the daemons ${holder} and ${n}`)
    this.holderOf.set(claimToken, n)
    this.current.set(taskId, claimToken)
    if (this.completed.has(taskId)) this.violations.push(`${taskId} was handed out after it had been completed`)
  }

  private async send(secret: string, document: string, held: Call, more: object = {}): Promise<void> {
    const wasCurrent = this.current.get(held.taskId) === held.claimToken
    await insist(this.urls, secret, document, { input: { ...held, ...more } })
    if (!wasCurrent) this.violations.push(`${held.taskId} took a call of a claim after it had been handed out anew`)
  }
}

async function register(urls: readonly string[], daemonId: string): Promise<Daemon> {
  const { registerRuntime } = await insist<{ registerRuntime: { runtime: { id: string } } }>(
    urls,
    ADMIN_TOKEN,
    `mutation ($id: String!) { registerRuntime(input: { daemonId: $id, provider: "fake" }) { runtime { id } } }`,
    { id: daemonId },
  )
  const runtimeId = registerRuntime.runtime.id
  const { createAgent } = await insist<{ createAgent: { agent: { id: string } } }>(
    urls,
    ADMIN_TOKEN,
    `mutation ($input: CreateAgentInput!) { createAgent(input: $input) { agent { id } } }`,
    { input: { name: daemonId, runtimeId, requestId: `agent-${daemonId}` } },
  )
  const { createToken } = await insist<{ createToken: { secret: string } }>(
    urls,
    ADMIN_TOKEN,
    `mutation ($id: String!) { createToken(input: { name: $id, kind: DAEMON, daemonId: $id }) { secret } }`,
    { id: daemonId },
  )
  return { runtimeId, secret: createToken.secret, agentId: createAgent.agent.id }
}
