import { afterAll, beforeAll, expect, it } from 'vitest'
import { statement } from '../../../src/database/sql.js'
import { claimTask } from '../../../src/use-cases/claim-task.js'
import { createAgent } from '../../../src/use-cases/create-agent.js'
import { createChatSession } from '../../../src/use-cases/create-chat-session.js'
import { enqueueTask } from '../../../src/use-cases/enqueue-task.js'
import type { Outcome } from '../../../src/use-cases/calls/outcome.js'
import { rerunTask } from '../../../src/use-cases/rerun-task.js'
import { sendChatMessage } from '../../../src/use-cases/send-chat-message.js'
import type { Agent, Runtime } from '../../../src/generated/prisma/client.js'
import { aChat, anAgent, aRuntime, complete, enqueue, run } from '../../support/daemon-steps.js'
import { expectSound } from '../../support/invariants.js'
import { makeWorld, serversBeside, valueOf } from '../../support/services.js'
import type { Servers, World } from '../../support/services.js'
import { describePostgres } from '../../support/test-database.js'

/** Rows that a second effect would add to. */
const EFFECTS = statement(
  'test_effects',
  `SELECT (SELECT count(*) FROM session_event)::int AS events, (SELECT count(*) FROM agent)::int AS agents,
     (SELECT count(*) FROM task)::int AS tasks, (SELECT count(*) FROM chat_message)::int AS messages,
     (SELECT count(*) FROM conversation)::int AS conversations, (SELECT count(*) FROM dispatch WHERE state = 'HELD')::int AS claims`,
)

describePostgres('ten copies of one call at three servers at once', (open) => {
  let world: World
  let servers: Servers
  let runtime: Runtime
  let agent: Agent

  beforeAll(async () => {
    const database = await open()
    world = await makeWorld(database)
    servers = serversBeside(world, database.connectionString, 3)
    runtime = await aRuntime(world)
    agent = await anAgent(world, runtime, { maxConcurrentTasks: 100 })
  })

  afterAll(() => servers.close())

  const effects = async () => (await world.services.database.sql.rows<Record<string, number>>(EFFECTS))[0]

  async function expectOneAnswer<T>(call: (server: World) => Promise<Outcome<T>>, answered: (value: T) => unknown) {
    const copies = Array.from({ length: 10 }, (_, n) => call(servers.worlds[n % 3] ?? world))
    const answers = (await Promise.all(copies)).map((outcome) => answered(valueOf(outcome)))
    expect(answers).toEqual(answers.map(() => answers[0]))
    const after = await effects()
    expect(answered(valueOf(await call(world)))).toEqual(answers[0])
    expect(await effects()).toEqual(after)
    await expectSound(world.services.database)
    return after
  }

  it('make one agent', async () => {
    const before = await effects()
    const input = { name: 'Bea', runtimeId: runtime.id, config: { a: 1 }, requestId: 'one' }
    const after = await expectOneAnswer(
      ({ services, caller }) => createAgent(services, caller, input),
      (value) => value.agent,
    )
    expect(after).toEqual({ ...before, agents: (before?.['agents'] ?? 0) + 1 })
  })

  it('open one chat session', async () => {
    const before = await effects()
    const input = { agentId: agent.id, title: 'A chat', requestId: 'one' }
    const after = await expectOneAnswer(
      ({ services, caller }) => createChatSession(services, caller, input),
      ({ conversation }) => conversation.id,
    )
    expect(after?.['conversations']).toBe((before?.['conversations'] ?? 0) + 1)
    expect(after?.['events']).toBe((before?.['events'] ?? 0) + 1)
  })

  it('post one message and enqueue one turn', async () => {
    const chat = await aChat(world, agent)
    const before = await effects()
    const input = { chatSessionId: chat.id, content: 'Hello.', requestId: 'one' }
    const after = await expectOneAnswer(
      ({ services, caller }) => sendChatMessage(services, caller, input),
      (value) => value,
    )
    const one = (key: string) => (before?.[key] ?? 0) + 1
    expect(after).toEqual({ ...before, messages: one('messages'), tasks: one('tasks'), events: one('events') + 1 })
  })

  it('enqueue one task, and open its thread once', async () => {
    const before = await effects()
    const input = { agentId: agent.id, issueKey: 'ISSUE-1', prompt: 'Fix it.', requestId: 'one' }
    const after = await expectOneAnswer(
      ({ services, caller }) => enqueueTask(services, caller, input),
      (value) => value.task,
    )
    const one = (key: string) => (before?.[key] ?? 0) + 1
    expect(after).toEqual({
      ...before,
      conversations: one('conversations'),
      tasks: one('tasks'),
      events: one('events') + 1,
    })
  })

  it('enqueue one rerun', async () => {
    const other = await aRuntime(world)
    const source = await enqueue(world, await anAgent(world, other))
    await complete(world, await run(world, other))
    const before = await effects()
    const after = await expectOneAnswer(
      ({ services, caller }) => rerunTask(services, caller, { taskId: source.id, requestId: 'one' }),
      (value) => value.task,
    )
    expect(after?.['tasks']).toBe((before?.['tasks'] ?? 0) + 1)
  })

  for (const mutation of ['claimTask', 'claimTasks'] as const) {
    it(`hand out one ${mutation === 'claimTask' ? 'task' : 'set of tasks'} with one token each`, async () => {
      const other = await aRuntime(world)
      const busy = await anAgent(world, other, { maxConcurrentTasks: 100 })
      await Promise.all(Array.from({ length: 12 }, () => enqueue(world, busy)))
      const before = await effects()
      const max = mutation === 'claimTask' ? 1 : 3
      const after = await expectOneAnswer(
        ({ services, caller }) =>
          claimTask(services, caller, { runtimeIds: [other.id], max, requestId: 'one', mutation }),
        ({ claims }) => claims.map(({ task, claimToken, leaseExpiresAt }) => [task.id, claimToken, leaseExpiresAt]),
      )
      expect(after?.['claims']).toBe((before?.['claims'] ?? 0) + max)
    })
  }
})
