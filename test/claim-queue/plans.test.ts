import { beforeAll, describe, expect, it } from 'vitest'
import { PICK, pickValues } from '../../src/claim-queue/pick.js'
import { refreshHeads } from '../../src/claim-queue/refresh-heads.js'
import { whyEmpty } from '../../src/claim-queue/why-empty.js'
import { whyWaiting } from '../../src/claim-queue/why-waiting.js'
import { newId } from '../../src/database/ids.js'
import type { Database, Sql } from '../../src/database/sql.js'
import { statement } from '../../src/database/sql.js'
import { runStep } from '../../src/database/step.js'
import { appendWrites } from '../../src/event-log/append.js'
import { NO_DIGEST } from '../../src/event-log/digest.js'
import { readLog } from '../../src/event-log/read-log.js'
import { readStream } from '../../src/event-log/read-stream.js'
import { initialState } from '../../src/session-pointer/session-state.js'
import { ACTIVE_COUNTS, keyColumns, loadTasks, lockAgents } from '../../src/use-cases/transaction/load-rows.js'
import { LOCK_CONVERSATIONS, lockKeys } from '../../src/use-cases/transaction/lock-conversations.js'
import { claim, enqueue } from '../support/daemon-steps.js'
import { explain } from '../support/explain.js'
import { atCapacity, behindOneConversation, gatherStatistics, overManyRuntimes } from '../support/long-queues.js'
import type { LongQueue } from '../support/long-queues.js'
import { makeWorld } from '../support/services.js'
import { describePostgres } from '../support/test-database.js'
import { damagedOnPurpose } from '../support/proven-at-close.js'

const QUEUED = 100_000
/** A claim's statements touch tens of pages; reading the queue would touch thousands. */
const FEW_PAGES = 400

describePostgres(`with ${QUEUED} queued tasks`, (open) => {
  let database: Database
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
    for (const { name, scanned, pages } of await explain(database, work)) {
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

      it('a pick looks at little more than what it takes', async () => {
        await expectFewPages((sql) => sql.rows(PICK, pickValues([{ ...place(), want: 1 }], true, new Date())))
        await expectFewPages((sql) => sql.rows(PICK, pickValues([{ ...place(), want: 10 }], true, new Date())))
      })

      it('the reasons of an empty answer are found without reading the queue', async () => {
        await expectFewPages((sql) => whyEmpty(sql, [place()], queue().world.clock.now()))
      })

      it('why tasks wait is found by looking at as many entries as are counted', async () => {
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
        const keys = [[workspaceId, task.conversationId]] as const
        const target = (targeted: object) => ({
          workspaceId,
          actor: 'tok_1',
          target: targeted,
          decide: () => ({ unchanged: {} }),
        })
        await expectFewPages((sql) => refreshHeads(sql, keys))
        await expectFewPages((sql) =>
          sql.rows(
            LOCK_CONVERSATIONS,
            lockKeys([
              target({ taskId: task.id }) as never,
              target({ conversationId: task.conversationId }) as never,
              target({ thread: { agentId: agent.id, issueKey: 'ISSUE-1', conversationId: 'x' } }) as never,
            ]),
          ),
        )
        await expectFewPages((sql) => loadTasks(sql, [[workspaceId, task.id]], keys))
        await expectFewPages((sql) => lockAgents(sql, [[workspaceId, agent.id]]))
        await expectFewPages((sql) => sql.rows(ACTIVE_COUNTS, keyColumns([[workspaceId, agent.id]])))
        await expectFewPages((sql) => readStream(sql, workspaceId, task.conversationId))
        await expectFewPages((sql) => readLog(sql, workspaceId, '1', 100))
        const events = [
          { type: 'SESSION_RESET' as const, taskId: null, runtimeId: null, data: { sessionId: null, reason: null } },
        ]
        const calls = appendWrites([
          {
            ...{ workspaceId, conversationId: task.conversationId, expectedVersion: 2, previousDigest: NO_DIGEST },
            ...{ actor: 'tok_1', occurredAt: world.clock.now(), opening: null, activity: false, state: initialState },
            events: events.map((event) => ({ ...event, id: newId('evt') })),
          },
        ])
        expect(calls.map(({ step }) => step.name).toSorted()).toEqual([
          'advance_streams',
          'move_log_heads',
          'write_events',
        ])
        for (const { step, values } of calls) {
          // Each alone: the head has not moved for the events, so they come after it.
          const alone = values.map((value) =>
            typeof value === 'string' ? value.replace('"after":0', '"after":-1') : value,
          )
          await expectFewPages((sql) => runStep(sql, { step, values: alone }))
        }
      })

      it('the one claimable task is found', async () => {
        const { world, runtime, agent } = queue()
        const held = await claim(world, runtime)
        expect(held.task.agentId).toBe(agent.id)
      })
    })
  }

  it('heads of the busy conversation are set right by looking at one entry, not at all of them', async () => {
    const { world, runtime } = queues['behind one busy conversation'] ?? { world: null, runtime: null }
    if (world === null) throw new Error('It is missing.')
    const [busy] = await database.sql.rows<{ id: string }>(
      {
        name: 'test_busy',
        text: `SELECT "conversationId" AS id FROM dispatch WHERE state = 'NEXT' AND "runtimeId" = $1`,
      },
      [runtime.id],
    )
    await expectFewPages((sql) => refreshHeads(sql, [[world.caller.workspaceId, busy?.id ?? '']]))

    // A retry in front of them all that is not yet available, and some urgent ones that it keeps waiting.
    const held = `UPDATE dispatch SET holds = true, place = 0, state = 'SCHEDULED' WHERE state = 'NEXT' AND "conversationId" = $1`
    const urgent = `UPDATE dispatch SET priority = 1 + place % 3 WHERE place BETWEEN 2 AND 2000 AND "conversationId" = $1`
    for (const [name, text] of Object.entries({ test_held: held, test_urgent: urgent })) {
      await database.sql.rows({ name, text }, [busy?.id ?? ''])
    }
    await expectFewPages((sql) => refreshHeads(sql, [[world.caller.workspaceId, busy?.id ?? '']]))
  })
})
