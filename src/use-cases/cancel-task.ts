import type { Task } from '../generated/prisma/client.js'
import { cancel } from '../tasks/decide.js'
import type { Caller } from './calls/caller.js'
import type { Outcome } from './calls/outcome.js'
import { accepted } from './calls/outcome.js'
import type { Services } from './services/services.js'
import { commandTask } from './task-changes/task-work.js'

export interface CancelTaskInput {
  taskId: string
  reason?: string | null
}

/** Cancels a waiting or running task. Its daemon learns of it with the next heartbeat. A repeat gets the same answer. */
export async function cancelTask(
  services: Services,
  caller: Caller,
  input: CancelTaskInput,
): Promise<Outcome<{ task: Task }>> {
  const outcome = await commandTask(services, caller, {
    taskId: input.taskId,
    verb: 'cancelled',
    decide: (task) => cancel({ task, reason: input.reason ?? null }),
  })
  return outcome.ok ? accepted({ task: outcome.value.task }) : outcome
}
