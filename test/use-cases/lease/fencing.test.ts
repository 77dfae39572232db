import { beforeAll, expect, it } from 'vitest'
import type { Runtime } from '../../../src/generated/prisma/client.js'
import { cancelTask } from '../../../src/use-cases/cancel-task.js'
import { completeTask } from '../../../src/use-cases/complete-task.js'
import { deregisterRuntime } from '../../../src/use-cases/deregister-runtime.js'
import { failTask } from '../../../src/use-cases/fail-task.js'
import type { Outcome } from '../../../src/use-cases/calls/outcome.js'
import { pinTaskSession } from '../../../src/use-cases/pin-task-session.js'
import { recoverOrphanedTasks } from '../../../src/use-cases/recover-orphaned-tasks.js'
import { releaseTask } from '../../../src/use-cases/release-task.js'
import { reportTaskProgress } from '../../../src/use-cases/report-task-progress.js'
import { startTask } from '../../../src/use-cases/start-task.js'
import { sweep } from '../../../src/use-cases/sweep.js'
import { anAgent, aRuntime, claim, enqueue, run, start } from '../../support/daemon-steps.js'
import { codeOf, makeWorld } from '../../support/services.js'
import type { World } from '../../support/services.js'
import { describePostgres } from '../../support/test-database.js'

type Key = { taskId: string; claimToken: string }
type Call = (world: World, key: Key) => Promise<Outcome<unknown>>

/** Every call that a claim's holder makes. */
const CALLS: Record<string, Call> = {
  startTask: ({ services, caller }, key) => startTask(services, caller, key),
  pinTaskSession: ({ services, caller }, key) => pinTaskSession(services, caller, { ...key, sessionId: 's' }),
  reportTaskProgress: ({ services, caller }, key) =>
    reportTaskProgress(services, caller, { ...key, entries: [{ seq: 1, kind: 'text', text: 'Hi.' }] }),
  completeTask: ({ services, caller }, key) => completeTask(services, caller, key),
  failTask: ({ services, caller }, key) =>
    failTask(services, caller, { ...key, failureReason: 'crashed', error: 'It broke.' }),
  releaseTask: ({ services, caller }, key) => releaseTask(services, caller, key),
}

/** Everything that voids a claim. */
const VOIDED: Record<string, { started: boolean; by: (world: World, key: Key, runtime: Runtime) => Promise<unknown> }> =
  {
    release: { started: false, by: ({ services, caller }, key) => releaseTask(services, caller, key) },
    'expiry before the start': {
      started: false,
      by: ({ services, clock }) => {
        clock.pass(1000)
        return sweep(services)
      },
    },
    'expiry of the run': {
      started: true,
      by: ({ services, clock }) => {
        clock.pass(1000)
        return sweep(services)
      },
    },
    recovery: {
      started: true,
      by: ({ services, caller }, _key, { daemonId }) => recoverOrphanedTasks(services, caller, { daemonId }),
    },
    deregistration: {
      started: true,
      by: ({ services, caller }, _key, { id }) => deregisterRuntime(services, caller, { runtimeId: id }),
    },
  }

describePostgres('a claimToken', (open) => {
  let world: World

  beforeAll(async () => {
    world = await makeWorld(await open())
  })

  async function held(started: boolean): Promise<{ key: Key; runtime: Runtime }> {
    const runtime = await aRuntime(world)
    await enqueue(world, await anAgent(world, runtime))
    const { task, claimToken } = await (started ? run : claim)(world, runtime)
    return { key: { taskId: task.id, claimToken }, runtime }
  }

  async function codes(key: Key): Promise<Record<string, string>> {
    const found: Record<string, string> = {}
    for (const [name, call] of Object.entries(CALLS)) found[name] = codeOf(await call(world, key))
    return found
  }
  const all = (code: string) => Object.fromEntries(Object.keys(CALLS).map((name) => [name, code]))

  for (const [what, { started, by }] of Object.entries(VOIDED)) {
    it(`is stale for every call after ${what}`, async () => {
      const { key, runtime } = await held(started)
      await by(world, key, runtime)
      expect(await codes(key)).toEqual(all('STALE_CLAIM'))
    })
  }

  it('is stale for every call when it is not the current one', async () => {
    const { key } = await held(true)
    expect(await codes({ ...key, claimToken: `${key.claimToken.slice(1)}x` })).toEqual(all('STALE_CLAIM'))
  })

  it('is new with each claim, and has 24 random characters', async () => {
    const { key, runtime } = await held(false)
    await releaseTask(world.services, world.caller, key)
    const again = await claim(world, runtime)
    expect(again.claimToken).not.toBe(key.claimToken)
    expect(again.claimToken).toMatch(/^[\w-]{24}$/)
    await start(world, again)
    expect(codeOf(await startTask(world.services, world.caller, key))).toBe('STALE_CLAIM')
  })

  it('of a cancelled run may still pin, and nothing else', async () => {
    const { key } = await held(true)
    await cancelTask(world.services, world.caller, key)
    expect(await codes(key)).toEqual({ ...all('ILLEGAL_TRANSITION'), pinTaskSession: 'ACCEPTED' })
  })
})
