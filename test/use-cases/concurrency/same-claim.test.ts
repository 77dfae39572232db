import { afterAll, beforeAll, expect, it } from 'vitest'
import { statement } from '../../../src/database/sql.js'
import type { Task } from '../../../src/generated/prisma/client.js'
import { completeTask } from '../../../src/use-cases/complete-task.js'
import { failTask } from '../../../src/use-cases/fail-task.js'
import type { Outcome } from '../../../src/use-cases/calls/outcome.js'
import { startTask } from '../../../src/use-cases/start-task.js'
import { aChat, anAgent, aRuntime, claim, run, say } from '../../support/daemon-steps.js'
import type { Held } from '../../support/daemon-steps.js'
import { expectSound } from '../../support/invariants.js'
import { makeWorld, serversBeside, valueOf } from '../../support/services.js'
import type { Servers, World } from '../../support/services.js'
import { describePostgres } from '../../support/test-database.js'

const EVENTS = statement(
  'test_events_of_task',
  `SELECT type FROM session_event WHERE "workspaceId" = $1 AND "conversationId" = $2 AND version > $3 ORDER BY version`,
)

describePostgres('ten copies of a holder’s call at three servers at once', (open) => {
  let world: World
  let servers: Servers

  beforeAll(async () => {
    const database = await open()
    world = await makeWorld(database)
    servers = serversBeside(world, database.connectionString, 3)
  })

  afterAll(() => servers.close())

  async function held(started: boolean): Promise<Held> {
    const runtime = await aRuntime(world)
    await say(world, await aChat(world, await anAgent(world, runtime)))
    return started ? run(world, runtime) : claim(world, runtime)
  }

  async function tenTimes<T extends { task: Task }>(
    { task, claimToken }: Held,
    call: (server: World, key: { taskId: string; claimToken: string }) => Promise<Outcome<T>>,
  ): Promise<{ answers: T[]; events: string[] }> {
    const key = { taskId: task.id, claimToken }
    const copies = Array.from({ length: 10 }, (_, n) => call(servers.worlds[n % 3] ?? world, key))
    const answers = (await Promise.all(copies)).map(valueOf)
    const from = [task.workspaceId, task.conversationId, task.claimVersion]
    const events = await world.services.database.sql.rows<{ type: string }>(EVENTS, from)
    await expectSound(world.services.database)
    return { answers, events: events.map(({ type }) => type) }
  }

  it('start it once', async () => {
    const { answers, events } = await tenTimes(await held(false), ({ services, caller }, key) =>
      startTask(services, caller, key),
    )
    expect(events).toEqual(['TASK_STARTED'])
    expect(answers).toEqual(answers.map(() => answers[0]))
  })

  it('complete it once, with one reply', async () => {
    const { answers, events } = await tenTimes(await held(true), ({ services, caller }, key) =>
      completeTask(services, caller, { ...key, output: 'Done.', sessionId: 'session-1' }),
    )
    expect(events).toEqual(['TASK_STARTED', 'TASK_COMPLETED', 'MESSAGE_POSTED'])
    expect(answers).toEqual(answers.map(() => answers[0]))
  })

  it('fail it once, with one retry', async () => {
    const { answers, events } = await tenTimes(await held(true), ({ services, caller }, key) =>
      failTask(services, caller, { ...key, failureReason: 'timeout', error: 'Too slow.' }),
    )
    expect(events).toEqual(['TASK_STARTED', 'TASK_FAILED', 'TASK_ENQUEUED'])
    expect(new Set(answers.map(({ retry }) => retry?.id)).size).toBe(1)
    expect(answers[0]?.retry?.attempt).toBe(2)
  })

  it('end it once, if half of them complete it and half fail it', async () => {
    const { task, claimToken } = await held(true)
    const key = { taskId: task.id, claimToken }
    const calls = Array.from({ length: 10 }, (_, n) => {
      const { services, caller } = servers.worlds[n % 3] ?? world
      return n % 2 === 0
        ? completeTask(services, caller, key)
        : failTask(services, caller, { ...key, failureReason: 'timeout', error: 'Too slow.' })
    })
    const outcomes = await Promise.all(calls)
    const ended = new Set(outcomes.flatMap((outcome) => (outcome.ok ? [outcome.value.task.status] : [])))
    expect(ended.size).toBe(1)
    expect(outcomes.filter((outcome) => !outcome.ok).map((outcome) => !outcome.ok && outcome.refusal.code)).toEqual(
      Array.from({ length: 5 }, () => 'ILLEGAL_TRANSITION'),
    )
    await expectSound(world.services.database)
  })
})
