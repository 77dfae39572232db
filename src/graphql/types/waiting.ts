import { MOST_COUNTED } from '../../use-cases/reads/why-tasks-wait.js'
import type { TaskWaiting } from '../../use-cases/reads/why-tasks-wait.js'
import { builder } from '../builder.js'
import { taskById } from '../loaders/rows.js'
import { TaskRef } from '../refs.js'

const WaitReasonRef = builder.enumType('WaitReason', {
  description: 'Why a queued task is not claimed.',
  values: {
    NOT_YET_AVAILABLE: { description: "The task's `availableAt` is in the future." },
    CONVERSATION_BUSY: {
      description:
        'Another task of the conversation is `CLAIMED` or `RUNNING`, or an automatic retry of an earlier task ' +
        'must be handed out first.',
    },
    AGENT_AT_CAPACITY: { description: 'The agent has reached its `maxConcurrentTasks`.' },
    RUNTIME_DEREGISTERED: { description: 'The runtime is deregistered.' },
    RUNTIME_COOLING_DOWN: {
      description:
        'The runtime cools down because its provider account is exhausted or logged out; see `Runtime.coolingUntil`.',
    },
    RUNTIME_OFFLINE: {
      description:
        "The server has not heard from the runtime's daemon for longer than `serverTimers.runtimeOffline` seconds.",
    },
    RUNTIME_NOT_ASKING: {
      description:
        'No claim has named the runtime for `serverTimers.runtimeOffline` seconds: its daemon does not run or ' +
        'has no free slot. Not reported for a runtime that is deregistered or cools down.',
    },
    TASKS_AHEAD: { description: 'Other claimable tasks of the runtime are handed out first; see `ahead`.' },
  },
})

export const TaskWaitingRef = builder.objectRef<TaskWaiting>('TaskWaiting').implement({
  description: 'Why a queued task waits now.',
  fields: (t) => ({
    reasons: t.expose('reasons', {
      type: [WaitReasonRef],
      description: 'All reasons that apply. Empty: the next claim of the runtime gets the task.',
    }),
    ahead: t.exposeInt('ahead', {
      description: `Number of claimable tasks of the runtime that are handed out before this one, 0 to ${MOST_COUNTED}. ${MOST_COUNTED} means at least ${MOST_COUNTED}.`,
    }),
    runtimeLastAskedAt: t.expose('runtimeLastAskedAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'Time when a claim last named the runtime. It lags by up to half a minute if another server received ' +
        'that claim. Null if there was none.',
    }),
    blockedBy: t.field({
      type: [TaskRef],
      description: `The tasks that this one waits for: those of its conversation, then up to ${MOST_COUNTED} active tasks of its agent if the agent is at capacity.`,
      resolve: async ({ blockedBy }, _args, context) => {
        const tasks = await Promise.all(blockedBy.map(async (id) => context.loaders.load(taskById, id)))
        return tasks.filter((task) => task !== null)
      },
    }),
  }),
})
