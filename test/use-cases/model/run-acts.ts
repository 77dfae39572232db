import { expect } from 'vitest'
import type { ResumeResult } from '../../../src/session-pointer/events.js'
import { completeTask } from '../../../src/use-cases/complete-task.js'
import { failTask } from '../../../src/use-cases/fail-task.js'
import { pinTaskSession } from '../../../src/use-cases/pin-task-session.js'
import { releaseTask } from '../../../src/use-cases/release-task.js'
import { reportTaskProgress } from '../../../src/use-cases/report-task-progress.js'
import { startTask } from '../../../src/use-cases/start-task.js'
import { codeOf, valueOf } from '../../support/services.js'
import { expectedCode, withKey } from './command.js'
import type { Act } from './command.js'
import { failed, givenBack, isRetried, named, retire } from './model.js'
import type { ModelTask } from './model.js'
import { learnRetries } from './real.js'

/** A session that a run may name: one of a few, so that runs meet on them, or the very one that it was offered. */
export type Named = number | 'offered' | null

function sessionOf(task: ModelTask, name: Named): string | null {
  if (name === 'offered') return task.offered
  return name === null ? null : `session-${name}`
}

export function start(n: number, resumeResult: ResumeResult | null): Act {
  return withKey(`start(${resumeResult})`, n, async (model, { world: { services, caller } }, key, task) => {
    const repeated = task.status === 'RUNNING'
    const outcome = await startTask(services, caller, { ...key, resumeResult })
    const code = expectedCode(task, key, ['CLAIMED', 'RUNNING'])
    expect(codeOf(outcome)).toBe(code)
    if (code !== 'ACCEPTED' || repeated) return
    task.status = 'RUNNING'
    if (!task.leaseAsked) task.lease = services.timers.runLease
    task.leaseEnds = model.now + task.lease * 1000
    if (resumeResult === 'REFUSED' && task.offered !== null) retire(model, task, task.offered)
  })
}

/** After a cancellation it brings a session that nobody has named before. */
export function pin(n: number, name: Named): Act {
  return withKey(`pin(${name})`, n, async (model, { world: { services, caller } }, key, task) => {
    const late = task.status === 'CANCELLED'
    const sessionId = late ? `late-${task.id}` : sessionOf(task, name)
    // A pin says something.
    const workDir = sessionId === null ? '/work' : null
    const outcome = await pinTaskSession(services, caller, { ...key, sessionId, workDir })
    expect(codeOf(outcome)).toBe(task.token === key.claimToken ? 'ACCEPTED' : 'STALE_CLAIM')
    const over = task.status === 'COMPLETED' || task.status === 'FAILED'
    if (!outcome.ok || over || sessionId === null || task.own === sessionId || (late && task.own !== null)) return
    named(model, task, sessionId)
    task.own = sessionId
    model.clean.delete(task.conversation)
  })
}

export function complete(n: number, name: Named, gaveUp: boolean): Act {
  const words = `complete(${name}${gaveUp ? ', gave up what it was offered' : ''})`
  return withKey(words, n, async (model, { world: { services, caller } }, key, task) => {
    const repeated = task.status === 'COMPLETED'
    const sessionId = sessionOf(task, name)
    const retiredSessionId = gaveUp ? task.offered : null
    const outcome = await completeTask(services, caller, { ...key, sessionId, retiredSessionId })
    const code = expectedCode(task, key, ['RUNNING', 'COMPLETED'])
    expect(codeOf(outcome)).toBe(code)
    if (code !== 'ACCEPTED' || repeated) return
    task.status = 'COMPLETED'
    const own = sessionId ?? task.own
    if (own !== null) {
      const { retired } = named(model, task, own)
      if (retired) model.clean.delete(task.conversation)
      else model.clean.set(task.conversation, { sessionId: own, runtime: task.runtime })
    }
    if (retiredSessionId !== null) retire(model, task, retiredSessionId)
  })
}

export function fail(n: number, failureReason: string, name: Named): Act {
  return withKey(`fail(${failureReason}, ${name})`, n, async (model, real, key, task) => {
    const { services, caller } = real.world
    const repeated = task.status === 'FAILED'
    const sessionId = sessionOf(task, name)
    const retried = isRetried(model, task, failureReason)
    const outcome = await failTask(services, caller, { ...key, failureReason, error: 'It broke.', sessionId })
    const code = expectedCode(task, key, ['CLAIMED', 'RUNNING', 'FAILED'])
    expect(codeOf(outcome)).toBe(code)
    if (code !== 'ACCEPTED' || repeated) return
    failed(model, task, failureReason, sessionId)
    expect(valueOf(outcome).retry !== null).toBe(retried)
    await learnRetries(model, real, [task.id], retried ? [task.id] : [])
  })
}

export function release(n: number): Act {
  return withKey('release', n, async (model, { world: { services, caller } }, key, task) => {
    const outcome = await releaseTask(services, caller, key)
    const code = expectedCode(task, key, ['CLAIMED'])
    expect(codeOf(outcome)).toBe(code)
    if (code === 'ACCEPTED') givenBack(model, task)
  })
}

export function progress(n: number, seq: number): Act {
  return withKey(`progress(${seq})`, n, async (_model, { world: { services, caller } }, key, task) => {
    const entries = [{ seq, kind: 'text', text: 'Working.' }]
    const outcome = await reportTaskProgress(services, caller, { ...key, entries })
    expect(codeOf(outcome)).toBe(expectedCode(task, key, ['CLAIMED', 'RUNNING']))
  })
}
