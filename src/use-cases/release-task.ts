import type { Task } from '../generated/prisma/client.js'
import { release } from '../tasks/decide.js'
import type { Caller } from './calls/caller.js'
import type { Outcome } from './calls/outcome.js'
import { accepted } from './calls/outcome.js'
import type { Services } from './services/services.js'
import { commandTask } from './task-changes/task-work.js'

export interface ReleaseTaskInput {
  taskId: string
  claimToken: string
  reason?: string | null
}

/** Gives an unstarted claim back. The task keeps its age, and the claim becomes void. */
export async function releaseTask(
  services: Services,
  caller: Caller,
  input: ReleaseTaskInput,
): Promise<Outcome<{ task: Task }>> {
  const outcome = await commandTask(services, caller, {
    taskId: input.taskId,
    verb: 'released',
    decide: (task, held) => release({ task, held, presented: input.claimToken, reason: input.reason ?? null }),
  })
  return outcome.ok ? accepted({ task: outcome.value.task }) : outcome
}
