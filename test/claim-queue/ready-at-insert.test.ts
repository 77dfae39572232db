import { beforeAll, beforeEach, expect, it } from 'vitest'
import { newId } from '../../src/database/ids.js'
import type { Database } from '../../src/database/sql.js'
import { statement } from '../../src/database/sql.js'
import type { Agent, Runtime } from '../../src/generated/prisma/client.js'
import { enqueuedEvent } from '../../src/tasks/enqueued-event.js'
import { cancelTask } from '../../src/use-cases/cancel-task.js'
import { updateAgent } from '../../src/use-cases/update-agent.js'
import { aChat, anAgent, aRuntime, claim, complete, enqueue, fail, run, say } from '../support/daemon-steps.js'
import { expectSound } from '../support/invariants.js'
import { makeWorld, valueOf } from '../support/services.js'
import type { World } from '../support/services.js'
import { forEachDatabase } from '../support/test-database.js'

/** Every write of a row of dispatch, by the database's own account. */
const LISTEN = [
  'CREATE TABLE test_writes (n serial, id text, what text)',
  `CREATE FUNCTION test_note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
     INSERT INTO test_writes (id, what) VALUES (NEW."taskId",
       CASE TG_OP WHEN 'INSERT' THEN NEW.state ELSE OLD.state || ' to ' || NEW.state END);
     RETURN NULL;
   END $$`,
  'CREATE TRIGGER test_noted AFTER INSERT OR UPDATE ON dispatch FOR EACH ROW EXECUTE FUNCTION test_note()',
]
const WRITES = statement(
  'test_writes',
  'WITH gone AS (DELETE FROM test_writes RETURNING *) SELECT id, what FROM gone ORDER BY n',
)
const STATES = statement(
  'test_states',
  'SELECT d."taskId" AS id, d.state FROM dispatch d WHERE d."conversationId" = $1 ORDER BY d.place, d."taskId"',
)

forEachDatabase((open) => {
  let database: Database
  let world: World
  let runtime: Runtime
  let agent: Agent
  let chat: { id: string }

  beforeAll(async () => {
    database = await open()
    world = await makeWorld(database)
    for (const [n, text] of LISTEN.entries()) await database.sql.rows(statement(`test_listen_${n}`, text))
  })

  beforeEach(async () => {
    runtime = await aRuntime(world)
    agent = await anAgent(world, runtime, { maxConcurrentTasks: 9 })
    chat = await aChat(world, agent)
    await writes()
  })

  /** What was written since the last time, each task by its number in the order of the first writes. */
  async function writes(): Promise<string[]> {
    const written = await database.sql.rows<{ id: string; what: string }>(WRITES)
    const ids = [...new Set(written.map(({ id }) => id))]
    return written.map(({ id, what }) => `${ids.indexOf(id) + 1}: ${what}`)
  }
  const states = async (id = chat.id): Promise<string[]> =>
    (await database.sql.rows<{ state: string }>(STATES, [id])).map(({ state }) => state)
  const in10s = () => new Date(world.clock.now().getTime() + 10_000)

  /** Enqueues several tasks in one append, and answers their ids. */
  async function enqueueTogether(
    tasks: readonly { on?: Runtime; priority?: number; later?: boolean }[],
  ): Promise<string[]> {
    const ids = tasks.map(() => newId('task'))
    const outcome = await world.services.conversations.submit({
      workspaceId: world.caller.workspaceId,
      actor: world.caller.tokenId,
      target: { conversationId: chat.id },
      decide: ({ now }) => ({
        events: tasks.map(({ on = runtime, priority = 0, later = false }, n) =>
          enqueuedEvent({
            taskId: ids[n] ?? '',
            runtimeId: on.id,
            kind: 'CHAT',
            agentId: agent.id,
            priority,
            attempt: 1,
            maxAttempts: 2,
            retryOf: null,
            rerunOf: null,
            forceFreshSession: false,
            forceFreshWorkDir: false,
            availableAt: (later ? in10s() : now).toISOString(),
            inputMessageIds: [],
          }),
        ),
        answer: {},
      }),
    })
    valueOf(outcome)
    return ids
  }

  it('the first task of a new thread is written once, as READY', async () => {
    const { id } = await enqueue(world, agent)
    expect(await writes()).toEqual(['1: READY'])
    expect((await claim(world, runtime)).task.id).toBe(id)
    await expectSound(database)
  })

  it('so is one that comes to an idle conversation, whatever has run there before', async () => {
    for (let n = 0; n < 2; n++) {
      await say(world, chat)
      expect(await writes()).toEqual(['1: READY'])
      await complete(world, await run(world, runtime))
      await writes()
    }
    const { id } = await say(world, chat)
    valueOf(await cancelTask(world.services, world.caller, { taskId: id }))
    await writes()
    await say(world, chat)
    expect(await writes()).toEqual(['1: READY'])
    await expectSound(database)
  })

  it('the retry of a failed run is, too, and goes before what waited behind the run', async () => {
    await say(world, chat)
    const held = await run(world, runtime)
    await writes()
    const { retry } = await fail(world, held, { failureReason: 'timeout' })
    expect(await writes()).toEqual(['1: READY'])
    expect((await claim(world, runtime)).task.id).toBe(retry?.id)
    chat = await aChat(world, agent)
    await say(world, chat)
    const other = await run(world, runtime)
    await say(world, chat)
    await fail(world, other, { failureReason: 'timeout' })
    expect(await states()).toEqual(['READY', 'BEHIND'])
    await expectSound(database)
  })

  it('a task behind one that is held is NEXT, a second one BEHIND', async () => {
    await say(world, chat)
    await run(world, runtime)
    await writes()
    await say(world, chat)
    expect(await writes()).toEqual(['1: BEHIND', '1: BEHIND to NEXT'])
    await say(world, chat)
    expect(await writes()).toEqual(['1: BEHIND'])
    expect(await states()).toEqual(['HELD', 'NEXT', 'BEHIND'])
    await expectSound(database)
  })

  it('a second task that waits is BEHIND, and takes the place of the first if its priority is higher', async () => {
    await say(world, chat)
    await writes()
    await say(world, chat)
    expect(await writes()).toEqual(['1: BEHIND'])
    await say(world, chat, { priority: 9 })
    expect((await writes()).toSorted()).toEqual(['1: BEHIND', '1: BEHIND to READY', '2: READY to BEHIND'])
    expect(await states()).toEqual(['BEHIND', 'BEHIND', 'READY'])
    await expectSound(database)
  })

  it('a task behind one that waits on another runtime is READY as well', async () => {
    await say(world, chat)
    const other = await aRuntime(world)
    valueOf(await updateAgent(world.services, world.caller, { agentId: agent.id, runtimeId: other.id }))
    await say(world, chat)
    expect(await states()).toEqual(['READY', 'READY'])
    await expectSound(database)
    await claim(world, other)
    expect(await states()).toEqual(['NEXT', 'HELD'])
    await expectSound(database)
  })

  it('of two tasks that come at once the first is READY, or the one of the higher priority', async () => {
    const ids = await enqueueTogether([{}, {}])
    expect(await states()).toEqual(['READY', 'BEHIND'])
    await expectSound(database)
    expect((await claim(world, runtime)).task.id).toBe(ids[0])
    chat = await aChat(world, agent)
    await enqueueTogether([{ priority: 1 }, { priority: 5 }, { priority: 3 }])
    expect(await states()).toEqual(['BEHIND', 'READY', 'BEHIND'])
    await expectSound(database)
  })

  it('of two that come at once for two runtimes both are READY, each written once', async () => {
    await enqueueTogether([{}, { on: await aRuntime(world) }])
    expect(await writes()).toEqual(['1: READY', '2: READY'])
    await expectSound(database)
  })

  it('of two that come at once, the one whose time has come is READY', async () => {
    await enqueueTogether([{ later: true }, {}])
    expect(await writes()).toEqual(['1: SCHEDULED', '2: READY'])
    await expectSound(database)
  })

  it('tasks of several conversations that come in one batch are each READY', async () => {
    const chats = await Promise.all(Array.from({ length: 6 }, () => aChat(world, agent)))
    await writes()
    await Promise.all([...chats, ...chats.slice(0, 2)].map((one) => say(world, one)))
    expect((await writes()).filter((what) => what.endsWith(' READY'))).toHaveLength(6)
    for (const [n, { id }] of chats.entries()) expect(await states(id)).toEqual(n < 2 ? ['READY', 'BEHIND'] : ['READY'])
    await expectSound(database)
  })

  it('a scheduled task lets others pass, unless it holds its place', async () => {
    const scheduled = await enqueue(world, agent, { issueKey: 'LATER', availableAt: in10s() })
    await writes()
    await enqueue(world, agent, { issueKey: 'LATER' })
    expect(await writes()).toEqual(['1: READY'])
    expect(await states(scheduled.conversationId)).toEqual(['SCHEDULED', 'READY'])
    // The second retry of a failed run waits, and holds the place of the first.
    await claim(world, runtime)
    await say(world, chat)
    for (let n = 0; n < 2; n++) {
      await fail(world, await run(world, runtime), { failureReason: 'provider_network' })
    }
    expect(await states()).toEqual(['SCHEDULED'])
    await writes()
    await say(world, chat)
    expect(await states()).toEqual(['SCHEDULED', 'NEXT'])
    await say(world, chat, { priority: 9 })
    expect(await states()).toEqual(['SCHEDULED', 'BEHIND', 'NEXT'])
    await expectSound(database)
    world.clock.pass(10)
    expect((await claim(world, runtime)).task.retryOf).not.toBeNull()
    await expectSound(database)
  })
})
