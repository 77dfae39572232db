import { beforeAll, beforeEach, expect, it } from 'vitest'
import type { Agent, Runtime } from '../../../src/generated/prisma/client.js'
import { deregisterRuntime } from '../../../src/use-cases/deregister-runtime.js'
import { recoverOrphanedTasks } from '../../../src/use-cases/recover-orphaned-tasks.js'
import { rerunTask } from '../../../src/use-cases/rerun-task.js'
import { sweep } from '../../../src/use-cases/sweep.js'
import {
  aChat,
  anAgent,
  aRuntime,
  claim,
  complete,
  enqueue,
  fail,
  noTask,
  run,
  say,
} from '../../support/daemon-steps.js'
import { expectSound } from '../../support/invariants.js'
import { makeWorld, refusalOf, valueOf } from '../../support/services.js'
import type { World } from '../../support/services.js'
import { describePostgres } from '../../support/test-database.js'

describePostgres('retries and reruns', (open) => {
  let world: World
  let runtime: Runtime
  let agent: Agent

  beforeAll(async () => {
    world = await makeWorld(await open())
  })

  beforeEach(async () => {
    runtime = await aRuntime(world)
    agent = await anAgent(world, runtime)
  })

  it('a retryable failure creates its retry in the same call, with the task’s prompt, metadata and title', async () => {
    await enqueue(world, agent, { title: 'A title', prompt: 'Fix it.', metadata: { a: 1 }, priority: 2 })
    const { task, retry } = await fail(world, await run(world, runtime), { failureReason: 'timeout' })
    expect(task).toMatchObject({ status: 'FAILED', failureRetryable: true })
    expect(retry).toMatchObject({ retryOf: task.id, attempt: 2, status: 'QUEUED', title: 'A title', priority: 2 })
    const again = await claim(world, runtime)
    expect(again.task.id).toBe(retry?.id)
    expect(again.content).toMatchObject({ prompt: 'Fix it.', metadata: { a: 1 } })
  })

  it('any other failure creates none, and a repeated call creates no second one', async () => {
    await enqueue(world, agent)
    const held = await run(world, runtime)
    expect((await fail(world, held)).retry).toBeNull()
    expect((await fail(world, held, { failureReason: 'timeout' })).retry).toBeNull()
    await enqueue(world, agent)
    const other = await run(world, runtime)
    const { retry } = await fail(world, other, { failureReason: 'timeout' })
    expect((await fail(world, other, { failureReason: 'timeout' })).retry?.id).toBe(retry?.id)
    await expectSound(world.services.database)
  })

  it('maxAttempts 1 means no retry at all', async () => {
    await enqueue(world, agent, { maxAttempts: 1 })
    expect((await fail(world, await run(world, runtime), { failureReason: 'provider_network' })).retry).toBeNull()
  })

  it('the second retry of a network failure waits five seconds, and there is no third', async () => {
    await enqueue(world, agent)
    const failure = { failureReason: 'provider_network', error: 'fetch failed' }
    await fail(world, await run(world, runtime), failure)
    const { retry } = await fail(world, await run(world, runtime), failure)
    expect(retry?.availableAt.getTime()).toBe(world.clock.now().getTime() + 5_000)
    expect(await noTask(world, runtime)).toEqual(['NOT_YET_AVAILABLE'])
    world.clock.pass(4)
    await sweep(world.services)
    expect(await noTask(world, runtime)).toEqual(['NOT_YET_AVAILABLE'])
    world.clock.pass(1)
    await sweep(world.services)
    const last = await run(world, runtime)
    expect(last.task.id).toBe(retry?.id)
    expect((await fail(world, last, failure)).retry).toBeNull()
  })

  it('a chat’s retry comes before messages that were queued later, with the same input', async () => {
    const chat = await aChat(world, agent)
    await say(world, chat, { content: 'First.' })
    const held = await run(world, runtime)
    await say(world, chat, { content: 'Second.' })
    const { retry } = await fail(world, held, { failureReason: 'timeout' })
    const again = await claim(world, runtime)
    expect(again.task.id).toBe(retry?.id)
    expect(again.input.map(({ content }) => content)).toEqual(['First.'])
  })

  it('the retry after a semantic inactivity starts fresh', async () => {
    await enqueue(world, agent, { issueKey: 'ISSUE-9' })
    const held = await run(world, runtime)
    await fail(world, held, { failureReason: 'codex_semantic_inactivity', sessionId: 'stalled' })
    expect((await claim(world, runtime)).decision).toMatchObject({ outcome: 'FRESH', reason: 'FORCED_FRESH' })
  })

  it('recovery fails and retries every task that the daemon held, started or not', async () => {
    await enqueue(world, agent)
    await enqueue(world, agent)
    await enqueue(world, agent)
    const started = await run(world, runtime)
    const claimed = await claim(world, runtime)
    const outcome = await recoverOrphanedTasks(world.services, world.caller, { daemonId: runtime.daemonId })
    const { failed, retries } = valueOf(outcome)
    expect(failed.map(({ id }) => id).toSorted()).toEqual([started.task.id, claimed.task.id].toSorted())
    expect(failed.map(({ failureReason }) => failureReason)).toEqual(['runtime_recovery', 'runtime_recovery'])
    expect(retries.map(({ retryOf }) => retryOf).toSorted()).toEqual(failed.map(({ id }) => id).toSorted())
    const again = await recoverOrphanedTasks(world.services, world.caller, { daemonId: runtime.daemonId })
    expect(valueOf(again)).toEqual({ failed: [], retries: [] })
    await expectSound(world.services.database)
  })

  it('recovery of one runtime does not change the daemon’s other runtimes', async () => {
    const other = await aRuntime(world, { daemonId: runtime.daemonId, provider: 'codex' })
    await enqueue(world, agent)
    await enqueue(world, await anAgent(world, other))
    await run(world, runtime)
    const kept = await run(world, other)
    const input = { daemonId: runtime.daemonId, runtimeIds: [runtime.id] }
    expect(valueOf(await recoverOrphanedTasks(world.services, world.caller, input)).failed).toHaveLength(1)
    expect((await complete(world, kept)).status).toBe('COMPLETED')
  })

  it('deregistration fails held tasks with runtime_offline, and their retries wait for the runtime', async () => {
    const task = await enqueue(world, agent)
    await run(world, runtime)
    await deregisterRuntime(world.services, world.caller, { runtimeId: runtime.id })
    expect(await noTask(world, runtime)).toEqual(['RUNTIME_DEREGISTERED'])
    const back = await aRuntime(world, { daemonId: runtime.daemonId })
    expect(back.id).toBe(runtime.id)
    expect((await claim(world, runtime)).task).toMatchObject({ retryOf: task.id, attempt: 2 })
  })

  it('a rerun is a new task with the same text, and is offered only its source’s session', async () => {
    const issue = { issueKey: 'ISSUE-7', prompt: 'Do it.', forceFreshSession: true }
    const source = await enqueue(world, agent, issue)
    await complete(world, await run(world, runtime), { sessionId: 'old', workDir: '/old' })
    await enqueue(world, agent, { issueKey: 'ISSUE-7', forceFreshSession: true })
    await complete(world, await run(world, runtime), { sessionId: 'new', workDir: '/new' })
    const { task } = valueOf(await rerunTask(world.services, world.caller, { taskId: source.id }))
    expect(task).toMatchObject({ rerunOf: source.id, attempt: 1, forceFreshSession: false, status: 'QUEUED' })
    const held = await claim(world, runtime)
    expect(held.content?.prompt).toBe('Do it.')
    expect(held.decision).toMatchObject({ outcome: 'RESUME', sessionId: 'old', workDir: '/old' })
    await expectSound(world.services.database)
  })

  it('a task that waits cannot be rerun', async () => {
    const task = await enqueue(world, agent)
    const refused = await rerunTask(world.services, world.caller, { taskId: task.id })
    expect(refusalOf(refused)).toMatchObject({ code: 'ILLEGAL_TRANSITION', status: 'QUEUED' })
  })
})
