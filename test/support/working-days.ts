import type { Agent, Runtime } from '../../src/generated/prisma/client.js'
import { cancelTask } from '../../src/use-cases/cancel-task.js'
import type { ClaimView } from '../../src/use-cases/claim-task.js'
import { reportTaskProgress } from '../../src/use-cases/report-task-progress.js'
import { resetSession } from '../../src/use-cases/reset-session.js'
import { sweep } from '../../src/use-cases/sweep.js'
import { updateAgent } from '../../src/use-cases/update-agent.js'
import { aChat, anAgent, aRuntime, ask, complete, enqueue, fail, pin, say, start } from './daemon-steps.js'
import { dice } from './random-work.js'
import { valueOf } from './services.js'
import type { World } from './services.js'

/** Turns that a conversation has on its first day; one more comes later. */
const FIRST_TURNS = 3
export const TURNS = FIRST_TURNS + 1
/** After how many days the later one comes, in turn: with the last of them the conversation has been closed for long. */
const LATER_DAYS = [1, 1, 3, 7, 20, 75]
const MACHINES = 8
/** Days between two moves of an agent to another machine. */
const MOVE_EVERY = 5
const RESET_EVERY = 50
const WAVE_SECONDS = 7_200
const DAY_SECONDS = 86_400
/** Calls that are under way at once. */
const AT_ONCE = 64
const CLAIMED_AT_ONCE = 32

export interface WorkingDaysOptions {
  /** So many begin each day: an issue every fifth, chats the others. Each has {@link TURNS} turns. */
  conversationsADay: number
  /** Claims of each day that are asked for one at a time, with `timed` around each. */
  loneClaims?: number
  timed?: (claim: () => Promise<ClaimView[]>) => Promise<ClaimView[]>
}

interface Talk {
  n: number
  agent: Agent
  /** null: nothing has been said yet. */
  id: string | null
  turn: number
}

/**
 * A workspace that works day after day, on a clock that is moved: conversations begin, go on, and are closed; agents move, runs
 * fail, and sessions are reset. The same options make the same days, whatever leaves the database in between.
 */
export class WorkingDays {
  /** What each claim was told, by the number of its conversation and turn. */
  readonly decisions = new Map<string, string>()
  private readonly talks = new Map<string, Talk>()
  private readonly later = new Map<number, Talk[]>()
  private day = 0
  private begun = 0

  private constructor(
    private readonly world: World,
    private readonly runtimes: readonly Runtime[],
    private readonly agents: Agent[],
    private readonly options: WorkingDaysOptions,
  ) {}

  static async begin(world: World, options: WorkingDaysOptions): Promise<WorkingDays> {
    const runtimes: Runtime[] = []
    const agents: Agent[] = []
    for (let n = 0; n < MACHINES; n++) {
      const runtime = await aRuntime(world, { daemonId: `machine-${n}` })
      runtimes.push(runtime)
      agents.push(await anAgent(world, runtime, { name: `Agent ${n}`, maxConcurrentTasks: 1_000 }))
    }
    return new WorkingDays(world, runtimes, agents, options)
  }

  /** One day more. */
  async work(): Promise<void> {
    const { world } = this
    await this.move()
    const fresh = Array.from({ length: this.options.conversationsADay }, () => this.open())
    const goingOn = this.later.get(this.day) ?? []
    this.later.delete(this.day)
    for (const talk of goingOn) {
      if (talk.n % RESET_EVERY === 0) await this.reset(talk)
    }
    for (let wave = 0; wave < FIRST_TURNS; wave++) {
      await inPool(wave === 0 ? [...fresh, ...goingOn] : fresh, (talk) => this.speak(talk))
      await inPool(await this.claimAll(wave === 0 ? (this.options.loneClaims ?? 0) : 0), (held) => this.carryOut(held))
      world.clock.pass(WAVE_SECONDS)
      await sweep(world.services)
    }
    world.clock.pass(DAY_SECONDS - FIRST_TURNS * WAVE_SECONDS)
    this.day += 1
  }

  private open(): Talk {
    const n = this.begun++
    const day = this.day + at(LATER_DAYS, n)
    const talk: Talk = { n, agent: at(this.agents, n), id: null, turn: 0 }
    this.later.set(day, [...(this.later.get(day) ?? []), talk])
    return talk
  }

  private async move(): Promise<void> {
    if (this.day % MOVE_EVERY !== 0) return
    const { services, caller } = this.world
    const moves = this.day / MOVE_EVERY
    const agentId = at(this.agents, moves).id
    const runtimeId = at(this.runtimes, moves + Math.floor(moves / MACHINES)).id
    valueOf(await updateAgent(services, caller, { agentId, runtimeId }))
  }

  private async reset({ id }: Talk): Promise<void> {
    const { services, caller } = this.world
    if (id !== null) valueOf(await resetSession(services, caller, { conversationId: id }))
  }

  private async speak(talk: Talk): Promise<void> {
    const { world } = this
    const text = words(talk.n * TURNS + talk.turn, 300)
    talk.turn += 1
    if (talk.n % 5 === 0) {
      const task = await enqueue(world, talk.agent, { issueKey: `ISSUE-${talk.n}`, prompt: text })
      talk.id = task.conversationId
    } else {
      talk.id ??= (await aChat(world, talk.agent)).id
      await say(world, { id: talk.id }, { content: text })
    }
    this.talks.set(talk.id, talk)
  }

  private async claimAll(lone: number): Promise<ClaimView[]> {
    const { world, runtimes } = this
    const { timed = (claim) => claim() } = this.options
    const held: ClaimView[] = []
    const claim = async (runtime: Runtime, max: number) =>
      (await ask(world, runtime, { max, mutation: 'claimTasks' })).claims
    for (let n = 0; n < lone; n++) held.push(...(await timed(() => claim(at(runtimes, n), 1))))
    for (const runtime of runtimes) {
      for (let claims = await claim(runtime, CLAIMED_AT_ONCE); claims.length > 0;) {
        held.push(...claims)
        claims = await claim(runtime, CLAIMED_AT_ONCE)
      }
    }
    return held
  }

  private async carryOut(held: ClaimView): Promise<void> {
    const { world } = this
    const { task, claimToken, decision } = held
    const talk = this.talks.get(task.conversationId)
    if (talk === undefined) throw new Error(`Nobody asked for ${task.id}.`)
    const { n, turn } = talk
    const { outcome, reason, sessionId, workDir } = decision
    this.decisions.set(`${n} ${turn}`, JSON.stringify({ outcome, reason, sessionId, workDir }))
    const session = sessionId ?? `session-${n}-${turn}`
    // Some daemons know of the session as they start, and some later.
    await start(world, held, n % 4 === 0 ? {} : { sessionId: session, workDir: `/work/${n}` })
    if (n % 4 === 0) await pin(world, held, session, `/work/${n}`)
    const entries = [1, 2, 3, 4, 5].map((seq) => ({ seq, kind: 'text', text: words(n + seq, 200) }))
    valueOf(await reportTaskProgress(world.services, world.caller, { taskId: task.id, claimToken, entries }))
    const luck = (n * TURNS + turn) % 40
    if (luck % 20 === 5) valueOf(await cancelTask(world.services, world.caller, { taskId: task.id }))
    else if (luck === 7) await fail(world, held, { failureReason: 'context_overflow', error: words(n, 300) })
    else if (luck % 10 === 8) await fail(world, held, { failureReason: 'agent_error', error: words(n, 300) })
    else await complete(world, held, { output: words(n + turn, 1_700) })
    if (turn === TURNS) this.talks.delete(task.conversationId)
  }
}

function at<T>(list: readonly T[], index: number): T {
  const item = list[index % list.length]
  if (item === undefined) throw new Error('An empty list.')
  return item
}

async function inPool<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = items.values()
  const worker = async () => {
    for (const item of left) await work(item)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}

const BOOK = bookOf(200_000)

/** So many bytes as people write, which compress as such: the same for the same number. */
function words(n: number, bytes: number): string {
  const from = dice(n)(BOOK.length - bytes)
  return BOOK.slice(from, from + bytes)
}

function bookOf(bytes: number): string {
  const roll = dice(42)
  const vocabulary = Array.from({ length: 2_000 }, () =>
    Array.from({ length: 2 + roll(8) }, () => 'etaoinshrdlucmfwyp'[roll(18)] ?? '').join(''),
  )
  let book = ''
  // Common words are common: the lower of two.
  while (book.length < bytes) book += `${at(vocabulary, Math.min(roll(2_000), roll(2_000), roll(2_000)))} `
  return book
}
