import { beforeAll, expect, it } from 'vitest'
import { claimTask } from '../../../src/use-cases/claim-task.js'
import { completeTask } from '../../../src/use-cases/complete-task.js'
import { deregisterRuntime } from '../../../src/use-cases/deregister-runtime.js'
import { failTask } from '../../../src/use-cases/fail-task.js'
import { heartbeat } from '../../../src/use-cases/heartbeat.js'
import type { Outcome } from '../../../src/use-cases/calls/outcome.js'
import { pinTaskSession } from '../../../src/use-cases/pin-task-session.js'
import { recoverOrphanedTasks } from '../../../src/use-cases/recover-orphaned-tasks.js'
import { registerRuntime } from '../../../src/use-cases/register-runtime.js'
import { releaseTask } from '../../../src/use-cases/release-task.js'
import { reportTaskProgress } from '../../../src/use-cases/report-task-progress.js'
import { startTask } from '../../../src/use-cases/start-task.js'
import { anAgent, aRuntime, claim, enqueue, taskNow } from '../../support/daemon-steps.js'
import { asDaemon, codeOf, makeWorld } from '../../support/services.js'
import type { World } from '../../support/services.js'
import { describePostgres } from '../../support/test-database.js'

interface Place {
  runtimeId: string
  key: { taskId: string; claimToken: string }
}

const progress = [{ seq: 1, kind: 'text', text: 'Hi.' }]

/** Every call of a daemon, about the daemon `laptop` and what it holds; in an order in which that daemon may make them. */
const CALLS: Record<string, (world: World, place: Place) => Promise<Outcome<unknown>>> = {
  registerRuntime: ({ services, caller }) =>
    registerRuntime(services, caller, { daemonId: 'laptop', provider: 'codex' }),
  heartbeat: ({ services, caller }, { runtimeId, key }) =>
    heartbeat(services, caller, { daemonId: 'laptop', runtimeIds: [runtimeId], claims: [key] }),
  claimTask: ({ services, caller }, { runtimeId }) =>
    claimTask(services, caller, { runtimeIds: [runtimeId], max: 1, mutation: 'claimTask' }),
  startTask: ({ services, caller }, { key }) => startTask(services, caller, key),
  pinTaskSession: ({ services, caller }, { key }) => pinTaskSession(services, caller, { ...key, sessionId: 's' }),
  reportTaskProgress: ({ services, caller }, { key }) =>
    reportTaskProgress(services, caller, { ...key, entries: progress }),
  completeTask: ({ services, caller }, { key }) => completeTask(services, caller, key),
  recoverOrphanedTasks: ({ services, caller }) => recoverOrphanedTasks(services, caller, { daemonId: 'laptop' }),
  deregisterRuntime: ({ services, caller }, { runtimeId }) => deregisterRuntime(services, caller, { runtimeId }),
}

const NOT_THE_LAPTOPS: typeof CALLS = {
  ...CALLS,
  failTask: ({ services, caller }, { key }) =>
    failTask(services, caller, { ...key, failureReason: 'timeout', error: 'x' }),
  releaseTask: ({ services, caller }, { key }) => releaseTask(services, caller, key),
}

describePostgres('a daemon’s token', (open) => {
  let world: World
  let place: Place

  beforeAll(async () => {
    world = await makeWorld(await open())
    const runtime = await aRuntime(world, { daemonId: 'laptop' })
    await enqueue(world, await anAgent(world, runtime))
    const { task, claimToken } = await claim(world, runtime)
    place = { runtimeId: runtime.id, key: { taskId: task.id, claimToken } }
  })

  for (const [name, call] of Object.entries(NOT_THE_LAPTOPS)) {
    it(`may not ${name} for another daemon`, async () => {
      const before = await taskNow(world, { id: place.key.taskId })
      expect(codeOf(await call(asDaemon(world, 'server'), place))).toBe('FORBIDDEN')
      expect(await taskNow(world, { id: place.key.taskId })).toEqual(before)
    })
  }

  for (const [name, call] of Object.entries(CALLS)) {
    it(`may ${name} for its own`, async () => {
      expect(codeOf(await call(asDaemon(world, 'laptop'), place))).toBe('ACCEPTED')
    })
  }

  it('cannot renew another daemon’s claim by naming it in a heartbeat of its own', async () => {
    const mine = await aRuntime(world, { daemonId: 'server' })
    const runtime = await aRuntime(world, { daemonId: 'laptop' })
    await enqueue(world, await anAgent(world, runtime))
    const { task, claimToken } = await claim(world, runtime)
    const claims = [{ taskId: task.id, claimToken }]
    const { services, caller } = asDaemon(world, 'server')
    const answer = await heartbeat(services, caller, { daemonId: 'server', runtimeIds: [mine.id], claims })
    expect(answer.ok && answer.value.claims.map(({ verdict }) => verdict)).toEqual(['LOST'])
  })
})
