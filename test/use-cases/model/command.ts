import type { AsyncCommand } from 'fast-check'
import type { Model, ModelTask } from './model.js'
import { pick } from './real.js'
import type { Key, Real } from './real.js'

export type Act = AsyncCommand<Model, Real>

/** A step that may always be tried: what it must lead to, the model says. `words` are what a failure shows. */
export function act(words: string, run: (model: Model, real: Real) => Promise<void>): Act {
  return { check: () => true, run, toString: () => words }
}

/** A step by whoever was given a claim at some time, with the task as the model has it. */
export function withKey(
  words: string,
  n: number,
  run: (model: Model, real: Real, key: Key, task: ModelTask) => Promise<void>,
): Act {
  return act(`${words}[${n}]`, async (model, real) => {
    const key = pick(real.keys, n)
    const task = key === undefined ? undefined : model.tasks.get(key.taskId)
    if (key !== undefined && task !== undefined) await run(model, real, key, task)
  })
}

/** What a call with this key must answer, where the task's status decides it: ACCEPTED, or the code of the refusal. */
export function expectedCode(task: ModelTask, { claimToken }: Key, legal: readonly ModelTask['status'][]): string {
  if (task.token !== claimToken) return 'STALE_CLAIM'
  return legal.includes(task.status) ? 'ACCEPTED' : 'ILLEGAL_TRANSITION'
}
