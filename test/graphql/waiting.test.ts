import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Database } from '../../src/database/sql.js'
import { sweep } from '../../src/use-cases/sweep.js'
import { whyTasksWait } from '../../src/use-cases/reads/why-tasks-wait.js'
import { Api, at, servicesOver, textAt } from '../support/graphql.js'
import type { Client } from '../support/graphql.js'
import { claim, enqueue, makeAgent, makeChat, makeRuntime, say } from '../support/graphql-world.js'
import { SettableClock } from '../support/services.js'
import { forEachDatabase } from '../support/test-database.js'

const WAITING = `query ($id: ID!) { task(id: $id) {
  waiting { reasons ahead runtimeLastAskedAt blockedBy { id } } } }`
const ASK = `mutation ($input: ClaimTaskInput!) { claimTask(input: $input) { __typename } }`
const OFFLINE_SECONDS = 45

forEachDatabase((open) => {
  let database: Database
  let clock: SettableClock
  let api: Api
  let owner: Client
  let runtime: string
  let agent: string

  beforeAll(async () => {
    database = await open()
  })

  beforeEach(async () => {
    clock = new SettableClock()
    api = await Api.open(database, clock)
    owner = api.as('ROOT')
    runtime = await makeRuntime(owner)
    agent = await makeAgent(owner, runtime)
    // Somebody asks for work, and there is none.
    await askFor()
  })

  const askFor = (waitSeconds = 0) => owner.ask(ASK, { input: { runtimeId: runtime, waitSeconds } })
  const waitingOf = async (id: string, client = owner) => at(await client.ask(WAITING, { id }), 'task.waiting')
  const update = (input: object) =>
    owner.ask('mutation ($input: UpdateAgentInput!) { updateAgent(input: $input) { agent { id } } }', {
      input: { agentId: agent, ...input },
    })
  const inSeconds = (seconds: number) => new Date(clock.now().getTime() + seconds * 1000).toISOString()
  const enqueueWith = async (input: object) =>
    textAt(
      await owner.ask('mutation ($input: EnqueueTaskInput!) { enqueueTask(input: $input) { task { id } } }', {
        input: { agentId: agent, issueKey: 'BAT-9', prompt: 'Do it', ...input },
      }),
      'enqueueTask.task.id',
    )

  it('the task that the next claim gets has no reason to wait, and a task that does not wait has null', async () => {
    const task = await enqueue(owner, agent, 'BAT-1')
    expect(await waitingOf(task)).toEqual({
      reasons: [],
      ahead: 0,
      blockedBy: [],
      runtimeLastAskedAt: clock.now().toISOString(),
    })
    await claim(owner, runtime)
    expect(await waitingOf(task)).toBeNull()
  })

  it('a scheduled task waits for its time', async () => {
    const task = await enqueueWith({ availableAt: inSeconds(60) })
    expect(await waitingOf(task)).toMatchObject({ reasons: ['NOT_YET_AVAILABLE'] })
    clock.pass(60)
    expect(at(await waitingOf(task), 'reasons')).not.toContain('NOT_YET_AVAILABLE')
  })

  it('a task waits for its busy conversation, and names the task ahead', async () => {
    const running = await enqueue(owner, agent, 'BAT-1')
    await claim(owner, runtime)
    const task = await enqueue(owner, agent, 'BAT-1')
    expect(await waitingOf(task)).toMatchObject({ reasons: ['CONVERSATION_BUSY'], blockedBy: [{ id: running }] })
  })

  it('a task waits for a retry of an earlier turn, which waits for the account to cool down', async () => {
    const chat = await makeChat(owner, agent)
    await say(owner, chat, 'One')
    const failed = await owner.ask('mutation ($input: FailTaskInput!) { failTask(input: $input) { retry { id } } }', {
      input: { ...(await claim(owner, runtime)), failureReason: 'rate_limited', error: '', retryAt: inSeconds(600) },
    })
    const next = await say(owner, chat, 'Two')
    expect(await waitingOf(next)).toMatchObject({
      reasons: ['CONVERSATION_BUSY', 'RUNTIME_COOLING_DOWN'],
      blockedBy: [{ id: at(failed, 'failTask.retry.id') }],
    })
    // Nobody asks for a runtime that cools down.
    clock.pass(OFFLINE_SECONDS + 1)
    expect(at(await waitingOf(next), 'reasons')).not.toContain('RUNTIME_NOT_ASKING')
  })

  it('a task waits for its agent at capacity, and names the active tasks', async () => {
    await update({ maxConcurrentTasks: 1 })
    const running = await enqueue(owner, agent, 'BAT-1')
    await claim(owner, runtime)
    const task = await enqueue(owner, agent, 'BAT-2')
    expect(await waitingOf(task)).toMatchObject({
      reasons: ['AGENT_AT_CAPACITY'],
      blockedBy: [{ id: running }],
      ahead: 0,
    })
  })

  it('a task waits for a deregistered runtime', async () => {
    const task = await enqueue(owner, agent, 'BAT-1')
    await owner.ask('mutation ($id: ID!) { deregisterRuntime(input: { runtimeId: $id }) { runtime { id } } }', {
      id: runtime,
    })
    clock.pass(OFFLINE_SECONDS + 1)
    expect(await waitingOf(task)).toMatchObject({ reasons: ['RUNTIME_DEREGISTERED'] })
  })

  describe('its runtime', () => {
    const heartbeat = () =>
      owner.ask('mutation ($input: HeartbeatInput!) { heartbeat(input: $input) { nextHeartbeatSeconds } }', {
        input: { daemonId: 'daemon-1', runtimeIds: [runtime] },
      })

    it('is offline, so nobody claims for it', async () => {
      const task = await enqueue(owner, agent, 'BAT-1')
      clock.pass(OFFLINE_SECONDS)
      expect(await waitingOf(task)).toMatchObject({ reasons: [] })
      clock.pass(1)
      expect(await waitingOf(task)).toMatchObject({ reasons: ['RUNTIME_OFFLINE', 'RUNTIME_NOT_ASKING'] })
    })

    it('is online, but nobody claims for it', async () => {
      const task = await enqueue(owner, agent, 'BAT-1')
      clock.pass(OFFLINE_SECONDS + 1)
      await heartbeat()
      expect(await waitingOf(task)).toMatchObject({ reasons: ['RUNTIME_NOT_ASKING'] })
    })

    it('never had a claim', async () => {
      const other = await makeRuntime(owner, 'daemon-2')
      const task = await enqueue(owner, await makeAgent(owner, other, 'Bob'), 'BAT-1')
      expect(await waitingOf(task)).toMatchObject({ reasons: ['RUNTIME_NOT_ASKING'], runtimeLastAskedAt: null })
    })

    it('counts as asking while a claim waits', async () => {
      const waits = askFor(60)
      await expect.poll(() => api.services.wakeUps.hub.waiting).toBeGreaterThan(0)
      clock.pass(OFFLINE_SECONDS + 1)
      const { workspaceId } = api
      expect(api.services.asked.lastAskedAt(workspaceId, runtime, clock.now())).toEqual(clock.now())
      await enqueue(owner, agent, 'BAT-1')
      await waits
    })

    it('counts as asking on other servers once a sweep has recorded it', async () => {
      await enqueue(owner, agent, 'BAT-1')
      await claim(owner, runtime)
      const task = await enqueue(owner, agent, 'BAT-1')
      const elsewhere = servicesOver(database, clock)
      const seen = async () => (await whyTasksWait(elsewhere, api.workspaceId, [task])).get(task)?.runtimeLastAskedAt
      expect(await seen()).toBeNull()
      await sweep(api.services)
      expect(await seen()).toEqual(clock.now())
      const first = clock.now()
      clock.pass(29)
      await askFor()
      await sweep(api.services)
      expect(await seen()).toEqual(first)
      clock.pass(1)
      await sweep(api.services)
      expect(await seen()).toEqual(new Date(first.getTime() + 29_000))
    })
  })

  it('tasks ahead are those of higher priority or age, without tasks of agents at capacity', async () => {
    const full = await makeAgent(owner, runtime, 'Full')
    await enqueue(owner, full, 'BAT-1')
    await claim(owner, runtime)
    await owner.ask('mutation ($input: UpdateAgentInput!) { updateAgent(input: $input) { agent { id } } }', {
      input: { agentId: full, maxConcurrentTasks: 1 },
    })
    await enqueue(owner, full, 'BAT-2')
    await enqueue(owner, agent, 'BAT-3')
    const task = await enqueue(owner, agent, 'BAT-4')
    await enqueue(owner, agent, 'BAT-5')
    expect(await waitingOf(task)).toMatchObject({ reasons: ['TASKS_AHEAD'], ahead: 1 })
    await enqueueWith({ issueKey: 'BAT-6', priority: 1 })
    await enqueueWith({ issueKey: 'BAT-4', priority: 1 })
    expect(await waitingOf(task)).toMatchObject({ ahead: 3 })
    // An agent is given no more at once than it has room for.
    await update({ maxConcurrentTasks: 2 })
    expect(await waitingOf(task)).toMatchObject({ ahead: 2 })
  })

  it('tasks ahead are counted up to 100', async () => {
    await update({ maxConcurrentTasks: 500 })
    for (let n = 0; n < 102; n++) await enqueue(owner, agent, `BAT-${n}`)
    expect(await waitingOf(await enqueue(owner, agent, 'BAT-last'))).toMatchObject({ ahead: 100 })
  })

  it('the reasons are shown for each task of a list', async () => {
    const tasks = [await enqueue(owner, agent, 'BAT-1'), await enqueue(owner, agent, 'BAT-2')]
    const asked = await owner.ask(
      '{ tasks(filter: { status: [QUEUED] }, orderBy: OLDEST_FIRST) { nodes { id waiting { ahead } } } }',
    )
    expect(at(asked, 'tasks.nodes')).toEqual(tasks.map((id, ahead) => ({ id, waiting: { ahead } })))
  })

  it('the reasons are hidden from other workspaces', async () => {
    const task = await enqueue(owner, agent, 'BAT-1')
    const stranger = await Api.open(database, clock)
    expect(at(await stranger.as('ROOT').ask(WAITING, { id: task }), 'task')).toBeNull()
    expect((await whyTasksWait(stranger.services, stranger.workspaceId, [task])).size).toBe(0)
  })
})
