import { cancel, claim, complete, enqueue, fail, pin, release, start } from './world-runs.js'
import { World } from './world.js'
import type { WorldAgent, WorldConversation, WorldRuntime, WorldTask } from './world.js'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

const WORK: [string, ...string[]] = [
  'Find out why the checkout test is flaky',
  'Add a retry to the webhook sender',
  'Rename the billing module',
  'Write the migration for invoices',
  'Why is the build slow on Mondays?',
  'Make the date picker usable by keyboard',
  'Review the last pull request',
  'Update the changelog',
  'Split the config loader in two',
  'Explain the race in the claim queue',
]
const ANSWERS: [string, ...string[]] = [
  'Done: 4 files changed, all 212 tests pass.',
  'The cause was a shared clock in the fixtures. Fixed and covered by a test.',
  'I split it in two and kept the old name as an alias.',
  'The migration is written and reversible; see the notes in the file.',
]
const OVERFLOW = { failureReason: 'context_overflow', error: 'prompt_too_long: 214,003 tokens > 200,000 maximum' }
const CRASH = { failureReason: 'crash', error: 'claude exited with status 1' }
const NETWORK = { failureReason: 'provider_network', error: 'connect ETIMEDOUT', retryable: true }

/** One run from claim to end, going well unless luck has it otherwise. */
function run(world: World, task: WorldTask): void {
  const { random } = world
  world.pass(random.between(1, 40) * 1000)
  let decision = claim(world, task)
  if (random.happens(0.03)) {
    world.pass(61_000)
    release(world, task, random.happens(0.5) ? 'RELEASED' : 'LEASE_EXPIRED')
    world.pass(20_000)
    decision = claim(world, task)
  }
  world.pass(random.between(1, 6) * 1000)
  const refused = decision.outcome === 'RESUME' && random.happens(0.02)
  start(world, task, refused)
  world.pass(random.between(1, 9) * 1000)
  const session = decision.sessionId !== null && !refused ? decision.sessionId : random.uuid()
  pin(
    world,
    task,
    session,
    decision.workDir ?? `/work/${world.runtime(task.runtimeId).daemonId}/${session.slice(0, 6)}`,
  )
  world.pass(random.between(20, 900) * 1000)
  end(world, task)
}

function end(world: World, task: WorldTask): void {
  const { random } = world
  const luck = random.next()
  if (luck < 0.86) return complete(world, task, random.pick(ANSWERS), luck < 0.012)
  if (luck < 0.89) return cancel(world, task, 'a person pressed stop')
  if (luck < 0.92) return fail(world, task, { ...OVERFLOW, resumeSafe: false })
  if (luck < 0.965) return fail(world, task, CRASH)
  fail(world, task, NETWORK)
  const conversation = world.conversation(task.conversationId)
  if (task.attempt < 2) run(world, enqueue(world, conversation, task.prompt, { attempt: 2, retryOf: task.id }))
}

/** Days of work in one conversation, until its stream has `events` events or more. */
export function work(
  world: World,
  conversation: WorldConversation,
  runtimes: [WorldRuntime, ...WorldRuntime[]],
  events: number,
): void {
  const { random } = world
  const agent = world.agent(conversation.agentId)
  while (conversation.events.length < events) {
    if (random.happens(0.14)) agent.runtimeId = random.pick(runtimes).id
    if (random.happens(0.015)) agent.revision += 1
    if (random.happens(0.02)) reset(world, conversation)
    const finished = [...world.tasks.values()].findLast((task) => task.conversationId === conversation.id)
    if (finished !== undefined && random.happens(0.02)) {
      run(world, enqueue(world, conversation, finished.prompt, { rerunOf: finished.id }))
    } else {
      run(world, enqueue(world, conversation, random.pick(WORK), { forceFreshSession: random.happens(0.01) }))
    }
    world.pass(random.happens(0.12) ? random.between(2, 14) * HOUR : random.between(1, 12) * MINUTE)
  }
}

function reset(world: World, conversation: WorldConversation): void {
  const data = { sessionId: null, reason: 'it kept editing the wrong branch' }
  world.append(conversation, 'SESSION_RESET', { actor: 'tok_01k9person' }, data)
}

export interface Workspace {
  world: World
  laptop: WorldRuntime
  server: WorldRuntime
  agent: WorldAgent
  /** The conversation that the tests look at: an agent that went from the laptop to the server and back. */
  story: WorldConversation
}

/** A small workspace: three runtimes, one of them gone, a story worth looking at, and more conversations beside it. */
export function makeWorkspace(others = 14, seed = 7): Workspace {
  const world = new World(seed, '2026-11-09T07:30:00.000Z')
  world.addToken('tok_01k9person', 'maria', 'ADMIN')
  world.addToken('tok_01k9daemon', 'the laptop', 'DAEMON', 'maria-mbp')
  const laptop = world.addRuntime('maria-mbp', 'claude')
  const server = world.addRuntime('build-02', 'claude', { cliVersion: '2.1.9' })
  const codex = world.addRuntime('build-02', 'codex', { cliVersion: '0.71.0' })
  const attic = world.addRuntime('attic-nuc', 'claude', { status: 'OFFLINE' })
  const agent = world.addAgent('Fixer', laptop)
  const reviewer = world.addAgent('Reviewer', server, { maxAgeSeconds: 86_400 })
  const scribe = world.addAgent('Scribe', codex, { scope: 'NEWEST_ON_RUNTIME' })
  const agents: [WorldAgent, ...WorldAgent[]] = [reviewer, scribe, agent]
  for (let index = 0; index < others; index++) {
    const owner = world.random.pick(agents)
    const key = world.random.happens(0.5) ? `WEB-${140 + index}` : null
    const conversation = world.open(owner, world.random.pick(WORK), key)
    owner.runtimeId = world.random.pick([server, laptop, codex]).id
    work(world, conversation, [server, laptop, codex], world.random.between(8, 90))
  }
  agent.runtimeId = laptop.id
  const story = world.open(agent, 'The flaky checkout test')
  tell(world, story, agent, laptop, server)
  agent.runtimeId = attic.id
  enqueue(world, world.open(agent, 'Clean up the attic', 'OPS-7'), 'Remove the old backups')
  agent.runtimeId = laptop.id
  reviewer.runtimeId = server.id
  scribe.runtimeId = codex.id
  for (const runtime of [laptop, server, codex]) runtime.lastSeenAt = new Date(world.time - 4_000).toISOString()
  attic.lastSeenAt = new Date(world.time - 3 * 24 * HOUR).toISOString()
  return { world, laptop, server, agent, story }
}

/** A session that is resumed twice, lost to another machine, poisoned, dropped by a person, and lives on. */
function tell(
  world: World,
  story: WorldConversation,
  agent: WorldAgent,
  laptop: WorldRuntime,
  server: WorldRuntime,
): void {
  const turn = (prompt: string, ending: (task: WorldTask) => void, more: Parameters<typeof enqueue>[3] = {}) => {
    const task = enqueue(world, story, prompt, more)
    world.pass(12_000)
    const { sessionId, workDir } = claim(world, task)
    world.pass(3_000)
    start(world, task)
    world.pass(4_000)
    pin(world, task, sessionId ?? world.random.uuid(), workDir ?? '/home/maria/checkout')
    world.pass(world.random.between(90, 420) * 1000)
    ending(task)
    world.pass(world.random.between(1, 6) * MINUTE)
    return task
  }
  const well = (task: WorldTask) => complete(world, task, world.random.pick(ANSWERS))
  turn('Find out why the checkout test is flaky', well)
  turn('Fix it, and cover it by a test', well)
  turn('Also run it a hundred times', well)
  world.pass(9 * HOUR)
  agent.runtimeId = server.id
  turn('Go on with the retry in the webhook sender', well)
  turn('And the same for the mailer', (task) => fail(world, task, { ...OVERFLOW, resumeSafe: false }))
  turn('Try again, please', well)
  world.pass(40 * MINUTE)
  agent.runtimeId = laptop.id
  const lost = turn('Back at my desk: what is left to do?', well)
  turn('Then do the first of them', (task) => cancel(world, task, 'a person pressed stop'))
  world.append(story, 'SESSION_RESET', { actor: 'tok_01k9person' }, { sessionId: null, reason: 'it edited main' })
  world.pass(2 * MINUTE)
  turn('Start over on a branch', (task) => fail(world, task, CRASH))
  turn('Go on', well, { rerunOf: lost.id })
  turn('Open the pull request', well)
  enqueue(world, story, 'Answer the review')
}
