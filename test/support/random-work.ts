import type { Agent, Runtime } from '../../src/generated/prisma/client.js'
import { archiveAgent } from '../../src/use-cases/archive-agent.js'
import { cancelTask } from '../../src/use-cases/cancel-task.js'
import { claimTask } from '../../src/use-cases/claim-task.js'
import { completeTask } from '../../src/use-cases/complete-task.js'
import { deregisterRuntime } from '../../src/use-cases/deregister-runtime.js'
import { enqueueTask } from '../../src/use-cases/enqueue-task.js'
import { failTask } from '../../src/use-cases/fail-task.js'
import { heartbeat } from '../../src/use-cases/heartbeat.js'
import type { Outcome } from '../../src/use-cases/calls/outcome.js'
import { pinTaskSession } from '../../src/use-cases/pin-task-session.js'
import { recoverOrphanedTasks } from '../../src/use-cases/recover-orphaned-tasks.js'
import { registerRuntime } from '../../src/use-cases/register-runtime.js'
import { releaseTask } from '../../src/use-cases/release-task.js'
import { reportTaskProgress } from '../../src/use-cases/report-task-progress.js'
import { rerunTask } from '../../src/use-cases/rerun-task.js'
import { resetSession } from '../../src/use-cases/reset-session.js'
import { sendChatMessage } from '../../src/use-cases/send-chat-message.js'
import { startTask } from '../../src/use-cases/start-task.js'
import { sweep } from '../../src/use-cases/sweep.js'
import { updateAgent } from '../../src/use-cases/update-agent.js'
import type { ConversationRow } from '../../src/use-cases/transaction/conversation-work.js'
import { aChat, anAgent, aRuntime } from './daemon-steps.js'
import type { World } from './services.js'

/** A few of everything, so that whatever happens at random meets. */
export interface Playground {
  runtimes: Runtime[]
  agents: Agent[]
  chats: ConversationRow[]
  held: { taskId: string; claimToken: string; daemonId: string; runtimeId: string }[]
  taskIds: string[]
}

export async function aPlayground(world: World): Promise<Playground> {
  const runtimes = [
    await aRuntime(world, { daemonId: 'laptop', provider: 'claude' }),
    await aRuntime(world, { daemonId: 'laptop', provider: 'codex' }),
    await aRuntime(world, { daemonId: 'server', provider: 'claude' }),
  ]
  const agents: Agent[] = []
  const chats: ConversationRow[] = []
  for (const [index, maxConcurrentTasks] of [1, 2, 3, 6].entries()) {
    const agent = await anAgent(world, at(runtimes, index), { maxConcurrentTasks })
    agents.push(agent)
    chats.push(await aChat(world, agent), await aChat(world, agent))
  }
  return { runtimes, agents, chats, held: [], taskIds: [] }
}

/** Numbers from 0 up to, not including, `below`; the same for the same seed. */
export function dice(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

function at<T>(list: readonly T[], index: number): T {
  const item = list[index % list.length]
  if (item === undefined) throw new Error('An empty list.')
  return item
}

type Act = (world: World, ground: Playground, roll: (below: number) => number) => Promise<unknown>

/** How many of a hundred acts are of each kind. */
const ACTS: [number, Act][] = [
  [14, say],
  [16, enqueue],
  [22, claim],
  [8, (world, ground, roll) => withHeld(ground, roll, (key) => startTask(world.services, world.caller, key))],
  [5, pin],
  [9, (world, ground, roll) => withHeld(ground, roll, (key) => completeTask(world.services, world.caller, key))],
  [6, failAny],
  [3, (world, ground, roll) => withHeld(ground, roll, (key) => releaseTask(world.services, world.caller, key))],
  [3, progress],
  [4, beat],
  [
    2,
    (world, ground, roll) => withTask(ground, roll, (taskId) => cancelTask(world.services, world.caller, { taskId })),
  ],
  [2, (world, ground, roll) => withTask(ground, roll, (taskId) => rerunTask(world.services, world.caller, { taskId }))],
  [1, reset],
  [2, move],
  [2, passTime],
  [1, leave],
]

/** Does one thing that a client, a daemon or the clock might do now. Refusals are fine; exceptions are not. */
export async function actAtRandom(world: World, ground: Playground, roll: (below: number) => number): Promise<void> {
  let mark = roll(100)
  for (const [share, act] of ACTS) {
    if (mark < share) {
      await act(world, ground, roll)
      return
    }
    mark -= share
  }
}

async function say(world: World, ground: Playground, roll: (below: number) => number): Promise<void> {
  const input = { chatSessionId: at(ground.chats, roll(99)).id, content: 'Go on.', priority: roll(4) }
  note(ground, await sendChatMessage(world.services, world.caller, input))
}

async function enqueue(world: World, ground: Playground, roll: (below: number) => number): Promise<void> {
  const availableAt = roll(5) === 0 ? new Date(world.clock.now().getTime() + roll(40_000)) : null
  const input = {
    agentId: at(ground.agents, roll(99)).id,
    issueKey: `ISSUE-${roll(60)}`,
    prompt: 'Fix it.',
    priority: roll(3),
    maxAttempts: 1 + roll(3),
    forceFreshSession: roll(9) === 0,
    availableAt,
  }
  note(ground, await enqueueTask(world.services, world.caller, input))
}

function note(ground: Playground, outcome: Outcome<{ task: { id: string } }>): void {
  if (outcome.ok) ground.taskIds.push(outcome.value.task.id)
}

async function claim(world: World, ground: Playground, roll: (below: number) => number): Promise<void> {
  const daemonId = roll(3) === 0 ? 'server' : 'laptop'
  const runtimeIds = ground.runtimes.filter((runtime) => runtime.daemonId === daemonId).map(({ id }) => id)
  const leaseSeconds = roll(3) === 0 ? 1 + roll(100) : null
  const input = { runtimeIds, max: 1 + roll(3), leaseSeconds, mutation: 'claimTasks' as const }
  const outcome = await claimTask(world.services, world.caller, input)
  if (!outcome.ok) return
  for (const { task, claimToken } of outcome.value.claims) {
    ground.held.push({ taskId: task.id, claimToken, daemonId, runtimeId: task.runtimeId })
  }
  if (ground.held.length > 40) ground.held.shift()
}

type HeldKey = Playground['held'][number]

async function withHeld(ground: Playground, roll: (below: number) => number, act: (key: HeldKey) => Promise<unknown>) {
  const key = ground.held[roll(Math.max(1, ground.held.length))]
  if (key !== undefined) await act(key)
}

async function withTask(ground: Playground, roll: (below: number) => number, act: (id: string) => Promise<unknown>) {
  const id = ground.taskIds[roll(Math.max(1, ground.taskIds.length))]
  if (id !== undefined) await act(id)
}

function pin(world: World, ground: Playground, roll: (below: number) => number): Promise<void> {
  const pinned = { sessionId: `session-${roll(200)}`, workDir: roll(2) === 0 ? `/work/${roll(9)}` : null }
  return withHeld(ground, roll, (key) => pinTaskSession(world.services, world.caller, { ...key, ...pinned }))
}

function failAny(world: World, ground: Playground, roll: (below: number) => number): Promise<void> {
  const failureReason = at(['crashed', 'timeout', 'provider_network', 'iteration_limit', 'context_overflow'], roll(9))
  const failure = { failureReason, error: 'It broke.', transcriptMissing: roll(5) === 0 }
  return withHeld(ground, roll, (key) => failTask(world.services, world.caller, { ...key, ...failure }))
}

function progress(world: World, ground: Playground, roll: (below: number) => number): Promise<void> {
  const entries = [{ seq: roll(50), kind: 'text', text: 'Working.' }]
  return withHeld(ground, roll, (key) => reportTaskProgress(world.services, world.caller, { ...key, entries }))
}

async function beat(world: World, ground: Playground): Promise<void> {
  const daemonId = 'laptop'
  const runtimeIds = ground.runtimes.filter((runtime) => runtime.daemonId === daemonId).map(({ id }) => id)
  const claims = ground.held.filter((key) => key.daemonId === daemonId)
  await heartbeat(world.services, world.caller, { daemonId, runtimeIds, claims })
}

async function reset(world: World, ground: Playground, roll: (below: number) => number): Promise<void> {
  await resetSession(world.services, world.caller, { conversationId: at(ground.chats, roll(99)).id })
}

async function move(world: World, ground: Playground, roll: (below: number) => number): Promise<void> {
  const input = { agentId: at(ground.agents, roll(99)).id, runtimeId: at(ground.runtimes, roll(99)).id }
  const changes = { retargetQueuedTasks: roll(2) === 0, maxConcurrentTasks: 1 + roll(6), config: { n: roll(2) } }
  await updateAgent(world.services, world.caller, { ...input, ...changes })
}

async function passTime(world: World, _ground: Playground, roll: (below: number) => number): Promise<void> {
  world.clock.pass(roll(20))
  await sweep(world.services)
}

/** The daemon of the server goes, or starts anew. */
async function leave(world: World, ground: Playground, roll: (below: number) => number): Promise<void> {
  const { services, caller } = world
  if (roll(2) === 0) await recoverOrphanedTasks(services, caller, { daemonId: 'server' })
  const server = ground.runtimes.find(({ daemonId }) => daemonId === 'server')
  if (server !== undefined) await deregisterRuntime(services, caller, { runtimeId: server.id })
  if (roll(20) === 0) await archiveAgent(services, caller, { agentId: at(ground.agents, 3).id })
  await registerRuntime(services, caller, { daemonId: 'server', provider: 'claude' })
}
