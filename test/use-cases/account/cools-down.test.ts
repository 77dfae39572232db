import { beforeAll, beforeEach, expect, it, test } from 'vitest'
import type { Database } from '../../../src/database/sql.js'
import { readStream } from '../../../src/event-log/read-stream.js'
import { currentState } from '../../../src/event-log/stored-state.js'
import type { Finding } from '../../../src/event-log/verify/finding.js'
import { verifyLog } from '../../../src/event-log/verify/verify-log.js'
import type { Agent, Runtime } from '../../../src/generated/prisma/client.js'
import { cancelTask } from '../../../src/use-cases/cancel-task.js'
import { heartbeat } from '../../../src/use-cases/heartbeat.js'
import { sweep } from '../../../src/use-cases/sweep.js'
import { watchRuntimes } from '../../../src/use-cases/watch-runtimes.js'
import { aChat, anAgent, aRuntime, ask, claim, complete, enqueue, fail, run, say } from '../../support/daemon-steps.js'
import { expectSound } from '../../support/invariants.js'
import { makeWorld, servicesOver, valueOf, workspaceBeside } from '../../support/services.js'
import type { World } from '../../support/services.js'
import { Tamperer } from '../../support/tampering.js'
import { forEachDatabase } from '../../support/test-database.js'

const MINUTE = 60
const HOUR = 60 * MINUTE
const LIMITED = { failureReason: 'rate_limited', error: "You've hit your session limit" }

forEachDatabase((open) => {
  let database: Database
  let world: World
  let runtime: Runtime
  let agent: Agent

  beforeAll(async () => {
    database = await open()
  })

  beforeEach(async () => {
    world = await makeWorld(database)
    runtime = await aRuntime(world, { daemonId: 'laptop', account: 'A' })
    agent = await anAgent(world, runtime, { maxConcurrentTasks: 9 })
  })

  const inSeconds = (seconds: number) => new Date(world.clock.now().getTime() + seconds * 1000)
  const findings = async () => {
    const found: Finding[] = []
    await verifyLog(database, { workspaceId: world.caller.workspaceId, report: (one) => found.push(one) })
    return found
  }

  it('a used-up account postpones its turn until retryAt, and hands out no task of the runtime before', async () => {
    await enqueue(world, agent, { maxAttempts: 1 })
    const held = await run(world, runtime)
    const retryAt = inSeconds(10 * MINUTE)
    const { task, retry } = await fail(world, held, { ...LIMITED, retryAt })
    expect(task).toMatchObject({ failureFault: 'ACCOUNT', failureResumeSafe: true, failureRetryable: true })
    expect(retry).toMatchObject({ status: 'QUEUED', attempt: 1, maxAttempts: 1, availableAt: retryAt })
    const other = await enqueue(world, agent)
    const { noTask } = await ask(world, runtime)
    expect(noTask).toEqual({ reasons: ['RUNTIME_COOLING_DOWN', 'NOT_YET_AVAILABLE'], retryAfterSeconds: 600 })
    world.clock.pass(10 * MINUTE - 1)
    expect((await ask(world, runtime)).noTask?.retryAfterSeconds).toBe(1)
    world.clock.pass(1)
    const claims = [await claim(world, runtime), await claim(world, runtime)]
    expect(claims.map((one) => one.task.id).toSorted()).toEqual([retry?.id, other.id].toSorted())
    expect(await findings()).toEqual([])
    await expectSound(database)
  })

  it('without retryAt the turn waits 15 minutes, doubling to 4 hours, for a day in total, and then fails permanently', async () => {
    await enqueue(world, agent)
    const waits: number[] = []
    for (;;) {
      const held = await run(world, runtime)
      const { retry } = await fail(world, held, { ...LIMITED, failureReason: 'quota_exhausted' })
      if (retry === null) break
      const seconds = (retry.availableAt.getTime() - world.clock.now().getTime()) / 1000
      waits.push(seconds / MINUTE)
      world.clock.pass(seconds)
    }
    expect(waits).toEqual([15, 30, 60, 120, 240, 240, 240, 240, 240, 15])
    expect(waits.reduce((sum, minutes) => sum + minutes)).toBe(24 * 60)
    expect(await findings()).toEqual([])
  })

  it('waits do not count as attempts: a timeout after them is retried like a first failure', async () => {
    await enqueue(world, agent, { maxAttempts: 2 })
    for (let n = 0; n < 3; n++) {
      await fail(world, await run(world, runtime), { ...LIMITED, retryAt: inSeconds(60) })
      world.clock.pass(60)
    }
    const { retry } = await fail(world, await run(world, runtime), { failureReason: 'timeout' })
    expect(retry?.attempt).toBe(2)
    expect((await fail(world, await run(world, runtime), { failureReason: 'timeout' })).retry).toBeNull()
  })

  test.each([-3600, 0])('a retryAt %i s from now causes no loop: the turn waits longer each time', async (seconds) => {
    await enqueue(world, agent)
    const waits: number[] = []
    for (let n = 0; n < 4; n++) {
      const { retry } = await fail(world, await run(world, runtime), { ...LIMITED, retryAt: inSeconds(seconds) })
      waits.push(((retry?.availableAt.getTime() ?? 0) - world.clock.now().getTime()) / 1000)
      world.clock.pass(waits.at(-1) ?? 0)
    }
    expect(waits).toEqual([1, 2, 4, 8])
  })

  it('a retryAt of next week is limited to a day', async () => {
    await enqueue(world, agent)
    const { retry } = await fail(world, await run(world, runtime), { ...LIMITED, retryAt: inSeconds(7 * 24 * HOUR) })
    expect(retry?.availableAt).toEqual(inSeconds(24 * HOUR))
  })

  it('a used-up account never counts against a session, and never poisons it', async () => {
    const chat = await aChat(world, agent)
    await say(world, chat)
    await complete(world, await run(world, runtime), { sessionId: 'healthy', workDir: '/w' })
    await say(world, chat)
    const words = ['rate_limited', 'quota_exhausted', 'billing', 'authentication', 'agent_error', 'api_invalid_request']
    for (const failureReason of words) {
      const held = await run(world, runtime)
      expect(held.decision).toMatchObject({ outcome: 'RESUME', sessionId: 'healthy' })
      const error = 'API Error: 400 invalid_request_error: Your credit balance is too low'
      await fail(world, held, { failureReason, error, retryAt: inSeconds(60) })
      world.clock.pass(60)
    }
    const { decision, conversation } = await run(world, runtime)
    expect(decision).toMatchObject({ outcome: 'RESUME', sessionId: 'healthy' })
    const state = await currentState(database.sql, conversation)
    expect(state.bindings).toMatchObject([{ state: 'RESUMABLE', resumeFailures: 0 }])
  })

  it('registering another account ends the cooling and wakes waiting claims, and the first account stays cooling', async () => {
    await enqueue(world, agent)
    await fail(world, await run(world, runtime), { ...LIMITED, retryAt: inSeconds(HOUR) })
    const other = await enqueue(world, agent)
    await aRuntime(world, { daemonId: 'laptop', account: 'A' })
    expect((await ask(world, runtime)).noTask?.reasons).toContain('RUNTIME_COOLING_DOWN')
    const waiting = ask(world, runtime, { waitSeconds: 60 })
    await aRuntime(world, { daemonId: 'laptop', account: 'B' })
    expect((await waiting).claims[0]?.task.id).toBe(other.id)
    await aRuntime(world, { daemonId: 'laptop', account: 'A' })
    expect((await ask(world, runtime)).noTask?.reasons).toContain('RUNTIME_COOLING_DOWN')
    expect(await findings()).toEqual([])
  })

  it('a heartbeat with another account also ends the cooling', async () => {
    await enqueue(world, agent)
    await fail(world, await run(world, runtime), { ...LIMITED, retryAt: inSeconds(HOUR) })
    const other = await enqueue(world, agent)
    const beat = { daemonId: 'laptop', runtimeIds: [runtime.id] }
    await heartbeat(world.services, world.caller, beat)
    expect((await ask(world, runtime)).noTask?.reasons).toContain('RUNTIME_COOLING_DOWN')
    const told = { ...beat, accounts: [{ runtimeId: runtime.id, account: 'B' }] }
    const { runtimes } = valueOf(await heartbeat(world.services, world.caller, told))
    expect(runtimes).toMatchObject([{ account: 'B' }])
    expect((await claim(world, runtime)).task.id).toBe(other.id)
  })

  it('a shorter wait of the same account does not shorten a longer one', async () => {
    await enqueue(world, agent)
    await enqueue(world, agent)
    const held = [await run(world, runtime), await run(world, runtime)]
    await fail(world, held[0] ?? (await run(world, runtime)), { ...LIMITED, retryAt: inSeconds(HOUR) })
    await fail(world, held[1] ?? (await run(world, runtime)), { ...LIMITED, retryAt: inSeconds(60) })
    expect((await ask(world, runtime)).noTask?.retryAfterSeconds).toBe(HOUR)
  })

  it('the end of the cooling is published to subscribers, and wakes claims that waited since before', async () => {
    await enqueue(world, agent)
    const held = await run(world, runtime)
    const following = valueOf(await watchRuntimes(world.services, world.caller, { runtimeIds: [runtime.id] }))
    const [hint, claiming] = [following.next(), ask(world, runtime, { waitSeconds: 60 })]
    await expect.poll(() => world.services.wakeUps.hub.waiting).toBe(1)
    // By another server, whose hints do not arrive here. No retry comes due either.
    const elsewhere = { ...world, services: servicesOver(database, world.clock) }
    const { retry } = await fail(elsewhere, held, { ...LIMITED, retryAt: inSeconds(60) })
    await cancelTask(elsewhere.services, world.caller, { taskId: retry?.id ?? '' })
    const other = await enqueue(elsewhere, agent)
    world.clock.pass(59)
    await sweep(world.services)
    expect(world.services.wakeUps.hub.waiting).toBe(1)
    world.clock.pass(1)
    await sweep(world.services)
    expect(await hint).toMatchObject({ value: { runtimeId: runtime.id } })
    expect((await claiming).claims[0]?.task.id).toBe(other.id)
    await following.return?.()
    await expectSound(database)
    expect(await findings()).toEqual([])
  })

  it('only its own runtime cools: other runtimes of the daemon and other workspaces continue to claim', async () => {
    const codex = await aRuntime(world, { daemonId: 'laptop', provider: 'codex' })
    const beside = await workspaceBeside(world)
    const theirs = await aRuntime(beside, { daemonId: 'laptop', account: 'A' })
    await enqueue(world, agent)
    await fail(world, await run(world, runtime), LIMITED)
    await enqueue(world, await anAgent(world, codex))
    await enqueue(beside, await anAgent(beside, theirs))
    expect([await claim(world, codex), await claim(beside, theirs)]).toHaveLength(2)
  })

  it('agent_killed and agent_idle are retried once, whatever maxAttempts says', async () => {
    for (const failureReason of ['agent_killed', 'agent_idle']) {
      await enqueue(world, agent, { maxAttempts: 5 })
      const { retry } = await fail(world, await run(world, runtime), { failureReason })
      expect(retry?.attempt).toBe(2)
      expect((await fail(world, await run(world, runtime), { failureReason })).retry).toBeNull()
    }
  })

  it('I11: verify finds a claim from a cooling runtime', async () => {
    const chat = await aChat(world, agent)
    await say(world, chat)
    await fail(world, await run(world, runtime), { ...LIMITED, retryAt: inSeconds(60) })
    world.clock.pass(60)
    const { task } = await claim(world, runtime)
    expect(await findings()).toEqual([])
    const tamperer = await Tamperer.of(database)
    try {
      const stream = await readStream(database.sql, world.caller.workspaceId, chat.id)
      const failed = stream.find(({ type }) => type === 'TASK_FAILED')
      if (failed === undefined) throw new Error('Nothing failed.')
      const until = inSeconds(1).toISOString()
      await tamperer.forge(failed, (data) => ({ ...data, cooling: { until, account: 'A' } }))
      expect(await findings()).toMatchObject([{ kind: 'COOLING_RUNTIME', taskId: task.id }])
    } finally {
      await tamperer.restore()
    }
  })
})
