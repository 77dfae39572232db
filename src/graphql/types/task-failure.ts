import type { Task } from '../../generated/prisma/client.js'
import { nameableReason } from '../../session-pointer/failure-class.js'
import type { FailureFault } from '../../session-pointer/failure-class.js'
import type { TaskFailure } from '../../tasks/task-state.js'
import { builder } from '../builder.js'

export const FailureFaultRef = builder.enumType('FailureFault', {
  description: 'Whose fault a failure was, and so what follows from it.',
  values: {
    SESSION: { description: 'It would repeat on resume: the session is POISONED.' },
    ACCOUNT: {
      description:
        'The account is used up or logged out (rate_limited, quota_exhausted, billing, authentication). It counts against ' +
        'no session. The turn waits, and the runtime cools down.',
    },
    MACHINE: { description: 'The machine or the network. It counts against no session, and is tried again.' },
    RUN: { description: 'The run itself: it counts against the session that it was offered.' },
  },
})

export const TaskFailureRef = builder.objectRef<TaskFailure & { error: string }>('TaskFailure').implement({
  description: 'How a task failed, and what follows from it.',
  fields: (t) => ({
    reason: t.exposeString('reason', {
      description:
        'The failure reason: the daemon’s own, or one of the server’s; `other` once the daemon’s own words are erased.',
    }),
    error: t.exposeString('error', { description: 'The error text, cut at 4 KB; empty once it is erased.' }),
    resumeSafe: t.exposeBoolean('resumeSafe', {
      description: 'false: the failure would repeat if its session were resumed.',
    }),
    retryable: t.exposeBoolean('retryable', { description: 'Whether a new try may help.' }),
    fault: t.expose('fault', {
      type: FailureFaultRef,
      nullable: true,
      description: 'Whose fault it was; null where an older server recorded it.',
    }),
  }),
})

/** Rows of older builds have the daemon's own words here: they are not shown once they were to be erased. */
function toldReason(reason: string, erasedAt: Date | null): string {
  return erasedAt === null ? reason : nameableReason(reason)
}

export function failureOf(task: Task): (TaskFailure & { error: string }) | null {
  if (task.failureReason === null) return null
  return {
    reason: task.failureReasonText ?? toldReason(task.failureReason, task.erasedAt),
    error: task.failureError ?? '',
    resumeSafe: task.failureResumeSafe ?? false,
    retryable: task.failureRetryable ?? false,
    fault: task.failureFault as FailureFault | null,
  }
}
