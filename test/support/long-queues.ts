import type { Database } from '../../src/database/sql.js'
import { statement } from '../../src/database/sql.js'
import type { Agent, Runtime } from '../../src/generated/prisma/client.js'
import { anAgent, aRuntime, enqueue, run } from './daemon-steps.js'
import { workspaceBeside } from './services.js'
import type { World } from './services.js'

/** A queue that is hard to claim from: many tasks that may not be claimed, or are elsewhere, and one that may. */
export interface LongQueue {
  world: World
  runtime: Runtime
  /** Of the one claimable task. */
  agent: Agent
}

/** Entries alone, made in the database: `what` gives runtime, conversation and state of the n-th. */
const FILL = (what: string) =>
  statement(
    '',
    `INSERT INTO dispatch ("workspaceId", "taskId", "conversationId", "agentId", "runtimeId", priority, place, holds, state,
       "availableAt", "enqueuedAt")
     SELECT $1, 'task_' || lpad(n::text, 26, '0') || '_' || $3, e.conversation, $3, e.runtime, 0, n, false, e.state, now(), now()
     FROM generate_series(1, $2::int) n CROSS JOIN LATERAL (${what}) e(runtime, conversation, state)`,
  )

const WITHOUT_TASKS = statement('test_replica', 'SET LOCAL session_replication_role = replica')

async function fill({ services, caller }: World, agent: Agent, count: number, what: string): Promise<void> {
  await services.database.transaction(async (sql) => {
    await sql.rows(WITHOUT_TASKS)
    await sql.rows(FILL(what), [caller.workspaceId, count, agent.id])
  })
}

export async function behindOneConversation(from: World, count: number): Promise<LongQueue> {
  const world = await workspaceBeside(from)
  const runtime = await aRuntime(world)
  const busy = await anAgent(world, runtime)
  const { conversationId } = await enqueue(world, busy)
  await run(world, runtime)
  await fill(
    world,
    busy,
    count,
    `SELECT '${runtime.id}', '${conversationId}', CASE n WHEN 1 THEN 'NEXT' ELSE 'BEHIND' END`,
  )
  return withOneMore(world, runtime)
}

export async function atCapacity(from: World, count: number): Promise<LongQueue> {
  const world = await workspaceBeside(from)
  const runtime = await aRuntime(world)
  const full = await anAgent(world, runtime, { maxConcurrentTasks: 1 })
  await enqueue(world, full)
  await run(world, runtime)
  await fill(world, full, count, `SELECT '${runtime.id}', 'issue_full_' || n, 'READY'`)
  return withOneMore(world, runtime)
}

export async function overManyRuntimes(from: World, count: number, runtimes: number): Promise<LongQueue> {
  const world = await workspaceBeside(from)
  const runtime = await aRuntime(world)
  const agent = await anAgent(world, runtime)
  await fill(world, agent, count, `SELECT 'rt_' || n % ${runtimes}, 'issue_far_' || n, 'READY'`)
  return withOneMore(world, runtime)
}

async function withOneMore(world: World, runtime: Runtime): Promise<LongQueue> {
  const agent = await anAgent(world, runtime)
  await enqueue(world, agent)
  return { world, runtime, agent }
}

export async function gatherStatistics(database: Database): Promise<void> {
  await database.sql.rows(statement('test_analyze', 'ANALYZE'))
}
