import type { Task } from '../generated/prisma/client.js'
import { pin } from '../tasks/decide.js'
import { MOST_SESSIONS_PER_TASK } from './calls/bounds.js'
import type { Caller } from './calls/caller.js'
import type { Outcome } from './calls/outcome.js'
import { accepted, badInput } from './calls/outcome.js'
import type { Services } from './services/services.js'
import { commandTask } from './task-changes/task-work.js'

export interface PinTaskSessionInput {
  taskId: string
  claimToken: string
  /** At least one of the two is set. A missing one keeps its value. */
  sessionId?: string | null
  workDir?: string | null
}

/** Records the provider's session during the run, so that it survives any end of the run. */
export async function pinTaskSession(
  services: Services,
  caller: Caller,
  input: PinTaskSessionInput,
): Promise<Outcome<{ task: Task; accepted: boolean }>> {
  if (input.sessionId == null && input.workDir == null) {
    return badInput('input.sessionId', 'Name the session, the work directory, or both.')
  }
  const outcome = await commandTask(services, caller, {
    taskId: input.taskId,
    verb: 'pinned',
    decide: (task, held, { state }) => {
      const sessionId = input.sessionId ?? null
      const workDir = input.workDir ?? null
      const decision = pin({ task, held, presented: input.claimToken, sessionId, workDir })
      const isNew = sessionId !== null && state.bindings.every((binding) => binding.sessionId !== sessionId)
      const named = state.bindings.filter(({ firstTaskId }) => firstTaskId === task.id).length
      if (decision.kind !== 'accepted' || !isNew || named < MOST_SESSIONS_PER_TASK) return decision
      return { kind: 'refused', code: 'TOO_MANY_SESSIONS' }
    },
  })
  return outcome.ok ? accepted({ task: outcome.value.task, accepted: outcome.value.accepted }) : outcome
}
