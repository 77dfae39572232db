import { expect } from 'vitest'
import { claimTask } from '../../../src/use-cases/claim-task.js'
import type { ClaimView } from '../../../src/use-cases/claim-task.js'
import { deregisterRuntime } from '../../../src/use-cases/deregister-runtime.js'
import { heartbeat } from '../../../src/use-cases/heartbeat.js'
import { recoverOrphanedTasks } from '../../../src/use-cases/recover-orphaned-tasks.js'
import { registerRuntime } from '../../../src/use-cases/register-runtime.js'
import { sweep } from '../../../src/use-cases/sweep.js'
import { asDaemon, valueOf } from '../../support/services.js'
import { act } from './command.js'
import type { Act } from './command.js'
import { abandoned, claimable, givenBack, isActive, isRetried, sessionsOf } from './model.js'
import type { Model, ModelTask } from './model.js'
import { DAEMONS, learnRetries } from './real.js'
import type { Real } from './real.js'

const nameOf = (daemon: number): string => DAEMONS[daemon] ?? ''
const runtimeIdOf = (real: Real, daemon: number): string => real.runtimes[daemon]?.id ?? ''

export function claim(daemon: number, max: number, leaseSeconds: number | null): Act {
  return act(`claim(${nameOf(daemon)}, ${max}, ${leaseSeconds})`, async (model, real) => {
    const { services, caller } = asDaemon(real.world, nameOf(daemon))
    const input = { runtimeIds: [runtimeIdOf(real, daemon)], max, leaseSeconds, mutation: 'claimTasks' as const }
    const { claims, noTask } = valueOf(await claimTask(services, caller, input))
    const possible = claimable(model, daemon)
    // What came due may still stand behind the line: then there is no saying which task is the best, or how many.
    const exact = possible.every(({ scheduled }) => !scheduled)
    expect(claims.length === 0).toBe(possible.length === 0)
    expect(claims.length === 0).toBe(noTask !== null)
    for (const view of claims) take(model, real, view, { daemon, leaseSeconds, exact })
    if (exact && claims.length < max) expect(claimable(model, daemon)).toEqual([])
  })
}

interface Asked {
  daemon: number
  leaseSeconds: number | null
  exact: boolean
}

function take(model: Model, real: Real, view: ClaimView, { daemon, leaseSeconds, exact }: Asked): void {
  const possible = claimable(model, daemon)
  const task = possible.find(({ id }) => id === view.task.id)
  if (task === undefined) throw new Error(`${view.task.id} was handed out and must not be.`)
  if (exact) expect(task.id).toBe(possible[0]?.id)
  expectOffer(model, task, view)
  const { sessionId } = view.decision
  Object.assign(task, { status: 'CLAIMED', token: view.claimToken, offered: sessionId, own: null, reset: false })
  Object.assign(task, {
    leaseAsked: leaseSeconds !== null,
    lease: leaseSeconds ?? real.world.services.timers.claimLease,
  })
  task.leaseEnds = model.now + task.lease * 1000
  real.keys.push({ taskId: task.id, claimToken: view.claimToken, daemon })
}

/** What may be offered, and what must be. */
function expectOffer(model: Model, task: ModelTask, { decision }: ClaimView): void {
  const { outcome, reason, sessionId } = decision
  model.reasons.push(reason)
  if (sessionId !== null) {
    expect(sessionsOf(model, task.conversation).get(sessionId)).toEqual({
      runtime: task.runtime,
      retired: false,
      poisoned: false,
    })
  }
  expect(outcome).toBe(sessionId === null ? 'FRESH' : 'RESUME')
  expect(reason === 'FORCED_FRESH').toBe(task.forceFresh)
  const clean = model.clean.get(task.conversation)
  if (clean === undefined || task.forceFresh || task.rerunOf !== null) return
  const same = clean.runtime === task.runtime
  expect({ reason, sessionId }).toEqual({
    reason: same ? 'SAME_RUNTIME' : 'RUNTIME_MISMATCH',
    sessionId: same ? clean.sessionId : null,
  })
}

export function beat(daemon: number): Act {
  return act(`beat(${nameOf(daemon)})`, async (model, real) => {
    const { services, caller } = asDaemon(real.world, nameOf(daemon))
    const claims = real.keys.filter((key) => key.daemon === daemon)
    const input = { daemonId: nameOf(daemon), runtimeIds: [runtimeIdOf(real, daemon)], claims }
    const { claims: verdicts } = valueOf(await heartbeat(services, caller, input))
    for (const [index, { claimToken, taskId }] of claims.entries()) {
      const task = model.tasks.get(taskId)
      const current = task?.token === claimToken && task.runtime === daemon
      const expected =
        current && isActive(task) ? 'HELD' : current && task.status === 'CANCELLED' ? 'CANCELLED' : 'LOST'
      expect(verdicts[index]?.verdict).toBe(expected)
      if (expected === 'HELD' && task !== undefined) task.leaseEnds = model.now + task.lease * 1000
    }
  })
}

async function abandonAll(model: Model, real: Real, tasks: readonly ModelTask[], reason: string): Promise<void> {
  const retried = tasks.filter((task) => isRetried(model, task, reason)).map(({ id }) => id)
  for (const task of tasks) abandoned(model, task, reason)
  await learnRetries(
    model,
    real,
    tasks.map(({ id }) => id),
    retried,
  )
}

const heldOn = (model: Model, runtime: number): ModelTask[] =>
  [...model.tasks.values()].filter((task) => task.runtime === runtime && isActive(task))

/** The daemon starts anew. */
export function restart(daemon: number): Act {
  return act(`restart(${nameOf(daemon)})`, async (model, real) => {
    const { services, caller } = asDaemon(real.world, nameOf(daemon))
    const { failed } = valueOf(await recoverOrphanedTasks(services, caller, { daemonId: nameOf(daemon) }))
    const held = heldOn(model, daemon)
    expect(failed.map(({ id }) => id).toSorted()).toEqual(held.map(({ id }) => id).toSorted())
    await abandonAll(model, real, held, 'runtime_recovery')
  })
}

export function leave(daemon: number): Act {
  return act(`leave(${nameOf(daemon)})`, async (model, real) => {
    const { services, caller } = asDaemon(real.world, nameOf(daemon))
    valueOf(await deregisterRuntime(services, caller, { runtimeId: runtimeIdOf(real, daemon) }))
    model.registered[daemon] = false
    await abandonAll(model, real, heldOn(model, daemon), 'runtime_offline')
  })
}

export function arrive(daemon: number): Act {
  return act(`arrive(${nameOf(daemon)})`, async (model, real) => {
    const { services, caller } = asDaemon(real.world, nameOf(daemon))
    const { runtime } = valueOf(
      await registerRuntime(services, caller, { daemonId: nameOf(daemon), provider: 'claude' }),
    )
    expect(runtime.id).toBe(runtimeIdOf(real, daemon))
    model.registered[daemon] = true
  })
}

export function pass(seconds: number): Act {
  return act(`pass(${seconds} s)`, async (model, real) => {
    real.world.clock.pass(seconds)
    model.now += seconds * 1000
  })
}

/** What time alone brings about. */
export function sweepNow(): Act {
  return act('sweep', async (model, real) => {
    await sweep(real.world.services)
    const late = [...model.tasks.values()].filter((task) => isActive(task) && task.leaseEnds <= model.now)
    for (const task of late.filter(({ status }) => status === 'CLAIMED')) givenBack(model, task)
    await abandonAll(
      model,
      real,
      late.filter(({ status }) => status === 'RUNNING'),
      'timeout',
    )
    for (const task of model.tasks.values()) if (task.availableAt <= model.now) task.scheduled = false
  })
}
