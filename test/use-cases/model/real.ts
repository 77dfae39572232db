import { expect } from 'vitest'
import { statement } from '../../../src/database/sql.js'
import type { Database } from '../../../src/database/sql.js'
import type { Agent, Runtime, Task } from '../../../src/generated/prisma/client.js'
import type { ConversationRow } from '../../../src/use-cases/transaction/conversation-work.js'
import { aChat, anAgent, aRuntime } from '../../support/daemon-steps.js'
import { callerIn, makeWorkspace, SettableClock, servicesOver } from '../../support/services.js'
import type { World } from '../../support/services.js'
import type { Model, ModelTask } from './model.js'

export const DAEMONS = ['laptop', 'server'] as const

export interface Key {
  taskId: string
  claimToken: string
  /** Which daemon holds it. */
  daemon: number
}

/** The server under test, with what its clients remember. */
export interface Real {
  world: World
  runtimes: Runtime[]
  agents: Agent[]
  /** With the first agent. */
  chat: ConversationRow
  /** Every claim that was ever given, also the ones that are long void. */
  keys: Key[]
}

/** A workspace of its own in the database: histories do not see each other. */
export async function newReal(database: Database): Promise<Real> {
  const clock = new SettableClock()
  const services = servicesOver(database, clock)
  const { id: workspaceId } = await makeWorkspace(services)
  const world = { services, clock, caller: callerIn(workspaceId) }
  const runtimes: Runtime[] = []
  const agents: Agent[] = []
  for (const [index, daemonId] of DAEMONS.entries()) {
    const runtime = await aRuntime(world, { daemonId, provider: 'claude' })
    runtimes.push(runtime)
    agents.push(await anAgent(world, runtime, { maxConcurrentTasks: index + 1 }))
  }
  const [first] = agents
  if (first === undefined) throw new Error('There are no daemons.')
  return { world, runtimes, agents, chat: await aChat(world, first), keys: [] }
}

/** The item that a random number names, counted from the newest; undefined of an empty list. */
export function pick<T>(list: readonly T[], n: number): T | undefined {
  return list[list.length - 1 - (n % Math.max(1, list.length))]
}

/** Takes a new task into the model, as the server says it is. */
export function learn(model: Model, real: Real, task: Task): ModelTask {
  const known = {
    id: task.id,
    conversation: task.conversationId,
    status: 'QUEUED' as const,
    token: null,
    agent: real.agents.findIndex(({ id }) => id === task.agentId),
    runtime: real.runtimes.findIndex(({ id }) => id === task.runtimeId),
    priority: task.priority,
    attempt: task.attempt,
    maxAttempts: task.maxAttempts,
    rerunOf: task.rerunOf,
    place: model.tasks.get(task.retryOf ?? '')?.place ?? model.tasks.size,
    holds: task.retryOf !== null,
    forceFresh: task.forceFreshSession,
    availableAt: task.availableAt.getTime(),
    scheduled: task.availableAt.getTime() > model.now,
    offered: null,
    own: null,
    reset: false,
    leaseEnds: 0,
    lease: 0,
    leaseAsked: false,
  }
  expect(task.status).toBe('QUEUED')
  model.tasks.set(task.id, known)
  return known
}

const CHILDREN = statement(
  'model_children',
  `SELECT t.* FROM task t WHERE t."workspaceId" = $1 AND t."retryOf" = ANY($2::text[])`,
)

/** These tasks failed, and these of them are tried again: exactly one child each, which the model learns. */
export async function learnRetries(
  model: Model,
  real: Real,
  failed: readonly string[],
  retried: readonly string[],
): Promise<void> {
  if (failed.length === 0) return
  const { services, caller } = real.world
  const children = await services.database.sql.rows<Task>(CHILDREN, [caller.workspaceId, failed])
  expect(children.map(({ retryOf }) => retryOf).toSorted()).toEqual(retried.toSorted())
  for (const child of children) learn(model, real, child)
}

const STATUSES = statement('model_statuses', `SELECT id, status FROM task WHERE "workspaceId" = $1`)

/** After a run: every task is what the model thinks it is, and there are no others. */
export async function expectSameTasks(model: Model, { world }: Real): Promise<void> {
  const { services, caller } = world
  const rows = await services.database.sql.rows<{ id: string; status: string }>(STATUSES, [caller.workspaceId])
  const byId = (list: readonly { id: string; status: string }[]) =>
    Object.fromEntries(list.map(({ id, status }) => [id, status]))
  expect(byId(rows)).toEqual(byId([...model.tasks.values()]))
}
