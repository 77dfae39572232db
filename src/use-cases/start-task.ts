import type { Task } from '../generated/prisma/client.js'
import type { ResumeResult } from '../session-pointer/events.js'
import { freshHandoffRange } from '../session-pointer/handoff-range.js'
import { start } from '../tasks/decide.js'
import type { Caller } from './calls/caller.js'
import type { Outcome } from './calls/outcome.js'
import { accepted } from './calls/outcome.js'
import type { Services } from './services/services.js'
import { commandTask } from './task-changes/task-work.js'

export interface StartTaskInput {
  taskId: string
  claimToken: string
  resumeResult?: ResumeResult | null
  /** A session or a directory has the effect of a pin, in the same commit. */
  sessionId?: string | null
  workDir?: string | null
}

/**
 * Records that the run has started, and whether the provider accepted the offered session. From now on heartbeats renew the
 * claim by the run lease, unless the claim asked for its own lease.
 */
export async function startTask(
  services: Services,
  caller: Caller,
  input: StartTaskInput,
): Promise<Outcome<{ task: Task }>> {
  const outcome = await commandTask(services, caller, {
    taskId: input.taskId,
    verb: 'started',
    decide: (task, held, { state }) =>
      start({
        task,
        held,
        presented: input.claimToken,
        resumeResult: input.resumeResult ?? null,
        fresh: freshHandoffRange(state),
        sessionId: input.sessionId ?? null,
        workDir: input.workDir ?? null,
      }),
    follow: (_task, _events, { claim }) => ({
      extras: {
        claim: {
          claimToken: input.claimToken,
          leaseSeconds: claim?.requestedLease ?? services.timers.runLease,
          requestedLease: claim?.requestedLease ?? null,
        },
      },
    }),
  })
  return outcome.ok ? accepted({ task: outcome.value.task }) : outcome
}
