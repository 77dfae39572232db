import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Database, Sql } from '../../src/database/sql.js'
import { statement } from '../../src/database/sql.js'
import { readStream } from '../../src/event-log/read-stream.js'
import { currentState, currentStates } from '../../src/event-log/stored-state.js'
import type { StoredState } from '../../src/event-log/stored-state.js'
import { foldable } from '../../src/event-log/stored-event.js'
import type { Finding } from '../../src/event-log/verify/finding.js'
import { verifyLog } from '../../src/event-log/verify/verify-log.js'
import type { Agent, Runtime } from '../../src/generated/prisma/client.js'
import { foldEvents } from '../../src/session-pointer/fold.js'
import { SNAPSHOT_EVERY } from '../../src/session-pointer/when-stored.js'
import type { SessionState } from '../../src/session-pointer/session-state.js'
import { cancelTask } from '../../src/use-cases/cancel-task.js'
import { eraseConversationContent } from '../../src/use-cases/erase-conversation-content.js'
import { releaseTask } from '../../src/use-cases/release-task.js'
import { resetSession } from '../../src/use-cases/reset-session.js'
import { sweep } from '../../src/use-cases/sweep.js'
import { updateAgent } from '../../src/use-cases/update-agent.js'
import { countingDatabase } from '../support/counting-database.js'
import type { CountingDatabase } from '../support/counting-database.js'
import {
  aChat,
  anAgent,
  aRuntime,
  claim,
  complete,
  enqueue,
  fail,
  pin,
  run,
  say,
  start,
} from '../support/daemon-steps.js'
import type { Held } from '../support/daemon-steps.js'
import { makeWorld, valueOf } from '../support/services.js'
import type { World } from '../support/services.js'
import { forEachDatabase } from '../support/test-database.js'

const HEAD = statement(
  'test_head',
  'SELECT "workspaceId", id, version, "foldVersion", state, digest FROM conversation WHERE id = $1',
)
const BEHIND = 'read_events_behind'

type Head = StoredState & { state: SessionState; digest: string }

forEachDatabase((open) => {
  let counted: CountingDatabase
  let database: Database
  let world: World
  let runtime: Runtime
  let agent: Agent
  let chat: { id: string }

  beforeAll(async () => {
    counted = countingDatabase(await open())
    ;({ database } = counted)
    world = await makeWorld(database)
  })

  beforeEach(async () => {
    runtime = await aRuntime(world)
    agent = await anAgent(world, runtime, { maxConcurrentTasks: 9 })
    chat = await aChat(world, agent)
  })

  async function headOf(id = chat.id): Promise<Head> {
    const [head] = await database.sql.rows<Head>(HEAD, [id])
    if (head === undefined) throw new Error(`There is no ${id}.`)
    return head
  }

  const streamOf = (id = chat.id) => readStream(database.sql, world.caller.workspaceId, id)
  const foldTo = async (version: number, id = chat.id) =>
    foldEvents((await streamOf(id)).slice(0, version).map(foldable))
  const release = ({ task, claimToken }: Held) =>
    releaseTask(world.services, world.caller, { taskId: task.id, claimToken })
  const cancel = async ({ id }: { id: string }) =>
    valueOf(await cancelTask(world.services, world.caller, { taskId: id }))
  const reset = async () => valueOf(await resetSession(world.services, world.caller, { conversationId: chat.id }))
  const waits = () => say(world, chat)
  const claimed = async () => (await waits(), claim(world, runtime))
  const runs = async () => (await waits(), run(world, runtime))
  const completed = async (sessionId: string) => complete(world, await runs(), { sessionId })
  async function stopped(): Promise<Held> {
    const held = await runs()
    await cancel(held.task)
    return held
  }

  /** What comes before, and the act itself: whether its commit stores the state, and how many events it appends. */
  const ACTS: [name: string, stores: boolean, events: number, before: () => Promise<() => Promise<unknown>>][] = [
    ['a message', false, 2, async () => () => waits()],
    ['a message behind a run', false, 2, async () => (await runs(), () => waits())],
    [
      'a move to another runtime',
      false,
      1,
      async () => {
        await waits()
        const { id: runtimeId } = await aRuntime(world)
        const moved = { agentId: agent.id, runtimeId, retargetQueuedTasks: true }
        return async () => valueOf(await updateAgent(world.services, world.caller, moved))
      },
    ],
    ['a claim', false, 1, async () => (await waits(), () => claim(world, runtime))],
    ['a start', false, 1, () => claimed().then((held) => () => start(world, held))],
    ['a pin', false, 1, () => runs().then((held) => () => pin(world, held, 'session-1', '/work'))],
    ['a late pin', false, 1, () => stopped().then((held) => () => pin(world, held, 'session-1', '/work'))],
    ['a completion', true, 2, () => runs().then((held) => () => complete(world, held, { output: 'Done.' }))],
    ['a failure', true, 1, () => runs().then((held) => () => fail(world, held))],
    [
      'a failure with its retry',
      true,
      2,
      () => runs().then((held) => () => fail(world, held, { failureReason: 'timeout' })),
    ],
    ['a cancellation', true, 1, () => runs().then((held) => () => cancel(held.task))],
    ['a cancellation before the claim', true, 1, () => waits().then((task) => () => cancel(task))],
    ['a release', true, 1, () => claimed().then((held) => () => release(held))],
    [
      'the end of a lease',
      true,
      1,
      () => claimed().then(() => () => (world.clock.pass(world.services.timers.claimLease), sweep(world.services))),
    ],
    ['a reset', true, 1, async () => (await completed('session-1'), await waits(), () => reset())],
    ['a reset in a run', true, 1, () => runs().then(() => () => reset())],
    [
      'an erasure',
      true,
      1,
      async () => {
        await pin(world, await stopped(), 'session-1')
        const erased = { conversationId: chat.id }
        return async () => valueOf(await eraseConversationContent(world.services, world.caller, erased))
      },
    ],
  ]

  describe('the stored state', () => {
    it.each(ACTS)('after %s: current is %s', async (_name, stores, events, before) => {
      const act = await before()
      const earlier = await headOf()
      await act()
      const head = await headOf()
      const stream = await streamOf()
      expect(head).toMatchObject({ version: earlier.version + events, digest: stream.at(-1)?.digest })
      expect(stream).toHaveLength(head.version)
      expect(head.state).toEqual(stores ? await foldTo(head.version) : earlier.state)
      expect(await currentState(database.sql, head)).toEqual(await foldTo(head.version))
    })

    it('of a new thread is current, and lags after the second task of it', async () => {
      const { conversationId: id } = await enqueue(world, agent, { issueKey: 'FIRST' })
      const opened = await headOf(id)
      expect(opened).toMatchObject({ version: 2, state: { version: 2 } })
      await enqueue(world, agent, { issueKey: 'FIRST' })
      expect(await headOf(id)).toMatchObject({ version: 3, state: opened.state })
    })

    it('lags by less than a snapshot’s distance, however long no run ends', async () => {
      const lags: number[] = []
      for (let n = 0; n < 0.6 * SNAPSHOT_EVERY; n++) {
        await waits()
        const { version, state } = await headOf()
        lags.push(version - state.version)
      }
      // A message appends two events, so the state is stored one event after the version of the snapshot.
      const { state } = await headOf()
      expect(state.version).toBe(SNAPSHOT_EVERY + 1)
      expect(lags.filter((lag) => lag === 0)).toHaveLength(1)
      expect(Math.max(...lags)).toBe(SNAPSHOT_EVERY - 2)
      const findings: Finding[] = []
      await verifyLog(database, { report: (one) => findings.push(one) })
      expect(findings).toEqual([])
    })
  })

  describe('the states of several conversations', () => {
    it('are read at the versions of their rows, in one statement, in the order of the rows', async () => {
      await completed('session-1')
      const current = await headOf()
      const running = await runs()
      await pin(world, running, 'session-2')
      const lagging = await headOf()
      chat = await aChat(world, agent)
      await pin(world, await runs(), 'session-3')
      const other = await headOf()
      counted.asked()
      const states = await currentStates(database.sql, [other, current, lagging])
      expect(counted.asked()).toEqual([BEHIND])
      expect(states).toEqual([
        await foldTo(other.version),
        await foldTo(current.version, current.id),
        await foldTo(lagging.version, lagging.id),
      ])
    })

    it('may be those of one conversation at several moments', async () => {
      await completed('session-1')
      const held = await runs()
      const moments = [await headOf()]
      await pin(world, held, 'session-2')
      moments.push(await headOf())
      await complete(world, held, { sessionId: 'session-2' })
      await waits()
      moments.push(await headOf())
      const expected = await Promise.all(moments.map(({ version }) => foldTo(version)))
      expect(await currentStates(database.sql, moments)).toEqual(expected)
      expect(await currentStates(database.sql, moments.toReversed())).toEqual(expected.toReversed())
    })

    it('are not folded over events that are missing', async () => {
      await stopped().then((held) => pin(world, held, 'session-1'))
      await waits()
      const head = await headOf()
      expect(head.version - head.state.version).toBe(3)
      const holed: Sql = {
        rows: async <Row>(asked: Parameters<Sql['rows']>[0], values?: readonly unknown[]) => {
          const rows = await database.sql.rows<Row>(asked, values)
          return asked.name === BEHIND ? rows.slice(1) : rows
        },
      }
      expect(await currentState(holed, head)).toEqual(await foldTo(head.version))
    })
  })
})
