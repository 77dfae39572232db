import { beforeAll, describe, expect, it } from 'vitest'
import { whyEmpty } from '../../src/claim-queue/why-empty.js'
import { whyWaiting } from '../../src/claim-queue/why-waiting.js'
import { newId } from '../../src/database/ids.js'
import type { Sql } from '../../src/database/sql.js'
import { statement } from '../../src/database/sql.js'
import { appendValues } from '../../src/event-log/append.js'
import { NO_DIGEST } from '../../src/event-log/digest.js'
import { readLog } from '../../src/event-log/read-log.js'
import { readStream } from '../../src/event-log/read-stream.js'
import { initialState } from '../../src/session-pointer/session-state.js'
import { lockAgents } from '../../src/use-cases/transaction/load-rows.js'
import { claim, enqueue } from '../support/daemon-steps.js'
import { explain } from '../support/explain.js'
import type { Explained } from '../support/explain.js'
import { explainCall } from '../support/explain-call.js'
import { atCapacity, behindOneConversation, gatherStatistics, overManyRuntimes } from '../support/long-queues.js'
import type { LongQueue } from '../support/long-queues.js'
import { makeWorld } from '../support/services.js'
import { describePostgres } from '../support/test-database.js'
import { damagedOnPurpose } from '../support/proven-at-close.js'

const QUEUED = 100_000
/** A claim's statements touch tens of pages; reading the queue would touch thousands. */
const FEW_PAGES = 400

describePostgres(`with ${QUEUED} queued tasks`, (open) => {
  let database: Awaited<ReturnType<typeof open>>
  const queues: Record<string, LongQueue> = {}

  beforeAll(async () => {
    database = await open()
    // Rows by the thousand, which no event made.
    damagedOnPurpose(database)
    const world = await makeWorld(database)
    queues['behind one busy conversation'] = await behindOneConversation(world, QUEUED)
    queues['of an agent at capacity'] = await atCapacity(world, QUEUED)
    queues['over a thousand runtimes'] = await overManyRuntimes(world, QUEUED, 1000)
    await gatherStatistics(database)
  }, 120_000)

  async function expectFewPages(work: (sql: Sql) => Promise<unknown>, most = FEW_PAGES): Promise<void> {
    expectFew(await explain(database, work), most)
  }

  /** Answers how many statements it looked at. */
  async function expectFewPagesOf(
    ...call: Parameters<typeof explainCall> extends [unknown, ...infer Rest] ? Rest : never
  ) {
    const explained = await explainCall(database, ...call)
    expectFew(explained, FEW_PAGES)
    return explained.length
  }

  function expectFew(explained: readonly Explained[], most: number): void {
    for (const { name, scanned, pages } of explained) {
      expect({ name, scanned }).toEqual({ name, scanned: [] })
      expect(pages, name).toBeLessThan(most)
    }
  }

  for (const shape of ['behind one busy conversation', 'of an agent at capacity', 'over a thousand runtimes']) {
    describe(shape, () => {
      function queue(): LongQueue {
        const found = queues[shape]
        if (found === undefined) throw new Error(shape)
        return found
      }
      const place = () => ({ workspaceId: queue().world.caller.workspaceId, runtimeId: queue().runtime.id })

      it('a pick reads little more than the tasks that it takes', async () => {
        const { workspaceId, runtimeId } = place()
        for (const want of [1, 10]) {
          const asked = { asked_w: [workspaceId], asked_runtimes: [runtimeId], asked_wanted: [want], spares: 16 }
          // Of a claim that has found a task: its locks and what its decision needs.
          expect(await expectFewPagesOf('load-claims', { now: new Date(), ...asked })).toBeGreaterThan(8)
        }
      })

      it('the reasons of an empty answer are found without reading the queue', async () => {
        await expectFewPages((sql) => whyEmpty(sql, [place()], queue().world.clock.now()))
      })

      it('the reasons why tasks wait are found by reading only the entries that are counted', async () => {
        const { workspaceId, runtimeId } = place()
        const of = `SELECT "taskId" AS id FROM dispatch WHERE "workspaceId" = $1 AND "runtimeId" = $2 AND state <> 'HELD' LIMIT 100`
        const waiting = await database.sql.rows<{ id: string }>(statement('test_waiting', of), [workspaceId, runtimeId])
        const ids = waiting.map(({ id }) => id)
        await expectFewPages((sql) => whyWaiting(sql, workspaceId, ids.slice(0, 1), queue().world.clock.now()))
        // Each task is looked up, with its conversation's claim and its agent's.
        await expectFewPages((sql) => whyWaiting(sql, workspaceId, ids, queue().world.clock.now()), FEW_PAGES * 8)
      })

      it('heads, locks, loads and appends use indexes only', async () => {
        const { world, agent } = queue()
        const { workspaceId } = world.caller
        const task = await enqueue(world, agent)
        await expectFewPagesOf('write', { moved_w: [workspaceId], moved_ids: [task.conversationId] })
        const loads = {
          conversation_w: [workspaceId],
          conversation_ids: [task.conversationId],
          of_task_w: [workspaceId],
          of_task_ids: [task.id],
          task_w: [workspaceId],
          task_ids: [task.id],
          thread_w: [workspaceId],
          thread_agents: [agent.id],
          thread_issues: ['ISSUE-1'],
          waiting_w: [workspaceId],
          waiting_ids: [task.conversationId],
          agent_w: [workspaceId],
          agent_ids: [agent.id],
        }
        expect(await expectFewPagesOf('load-conversations', loads)).toBeGreaterThan(6)
        await expectFewPages((sql) => lockAgents(sql, [[workspaceId, agent.id]]))
        await expectFewPages((sql) => readStream(sql, workspaceId, task.conversationId))
        await expectFewPages((sql) => readLog(sql, workspaceId, '1', 100))
        const events = [
          { type: 'SESSION_RESET' as const, taskId: null, runtimeId: null, data: { sessionId: null, reason: null } },
        ]
        const append = {
          workspaceId,
          conversationId: task.conversationId,
          expectedVersion: 2,
          previousDigest: NO_DIGEST,
          actor: 'tok_1',
          occurredAt: world.clock.now(),
          opening: null,
          storesState: true,
          activity: false,
          state: initialState,
          events: events.map((event) => ({ ...event, id: newId('evt') })),
        }
        expect(await expectFewPagesOf('write', appendValues([append]))).toBeGreaterThan(2)
        const listed = { listed_w: [workspaceId], listed_ids: [task.conversationId], listed_reasons: [null] }
        await expectFewPagesOf('write', { waking_w: [workspaceId], waking_ids: [agent.id], ...listed })
      })

      it('the one claimable task is found', async () => {
        const { world, runtime, agent } = queue()
        const held = await claim(world, runtime)
        expect(held.task.agentId).toBe(agent.id)
      })
    })
  }

  it('the head of a busy conversation is corrected by reading one of its entries, not all', async () => {
    const { world, runtime } = queues['behind one busy conversation'] ?? { world: null, runtime: null }
    if (world === null) throw new Error('It is missing.')
    const [busy] = await database.sql.rows<{ id: string }>(
      {
        name: 'test_busy',
        text: `SELECT "conversationId" AS id FROM dispatch WHERE state = 'NEXT' AND "runtimeId" = $1`,
      },
      [runtime.id],
    )
    const moved = { moved_w: [world.caller.workspaceId], moved_ids: [busy?.id ?? ''] }
    await expectFewPagesOf('write', moved)

    // A retry in front of them all that is not yet available, and some urgent ones that it keeps waiting.
    const held = `UPDATE dispatch SET holds = true, place = 0, state = 'SCHEDULED' WHERE state = 'NEXT' AND "conversationId" = $1`
    const urgent = `UPDATE dispatch SET priority = 1 + place % 3 WHERE place BETWEEN 2 AND 2000 AND "conversationId" = $1`
    for (const [name, text] of Object.entries({ test_held: held, test_urgent: urgent })) {
      await database.sql.rows({ name, text }, [busy?.id ?? ''])
    }
    await expectFewPagesOf('write', moved)
  })
})
