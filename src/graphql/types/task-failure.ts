import type { Task } from '../../generated/prisma/client.js'
import { nameableReason } from '../../session-pointer/failure-class.js'
import type { FailureFault } from '../../session-pointer/failure-class.js'
import type { TaskFailure } from '../../tasks/task-state.js'
import { builder } from '../builder.js'

export const FailureFaultRef = builder.enumType('FailureFault', {
  description: 'The party at fault for a failure. It determines the consequences.',
  values: {
    SESSION: { description: 'The session. The failure would repeat on resume, so the session becomes `POISONED`.' },
    ACCOUNT: {
      description:
        'The provider account: it is exhausted or logged out (`rate_limited`, `quota_exhausted`, `billing`, ' +
        '`authentication`). The failure does not count against a session. The task waits, and the runtime cools ' +
        'down.',
    },
    MACHINE: {
      description: 'The machine or the network. The failure does not count against a session, and the task is retried.',
    },
    RUN: { description: 'The run. The failure counts against the session that the run was offered.' },
  },
})

export const TaskFailureRef = builder.objectRef<TaskFailure & { error: string }>('TaskFailure').implement({
  description: 'Why a task failed, and the consequences.',
  fields: (t) => ({
    reason: t.exposeString('reason', {
      description:
        'Failure reason given by the daemon or the server, for example `timeout`. `other` if a custom reason was ' +
        'erased.',
    }),
    error: t.exposeString('error', { description: 'Error text, at most 4 KB. Empty if it was erased.' }),
    resumeSafe: t.exposeBoolean('resumeSafe', {
      description: 'Whether the session may be resumed. False if the failure would repeat on resume.',
    }),
    retryable: t.exposeBoolean('retryable', { description: 'Whether a retry may help.' }),
    fault: t.expose('fault', {
      type: FailureFaultRef,
      nullable: true,
      description: 'The party at fault. Null if an older server recorded the failure.',
    }),
  }),
})

/** Rows of older servers may hold a daemon's custom reason here. It is hidden after an erasure. */
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
