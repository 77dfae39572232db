import { MOST_COUNTED } from '../../use-cases/why-tasks-wait.js'
import type { TaskWaiting } from '../../use-cases/why-tasks-wait.js'
import { builder } from '../builder.js'
import { taskById } from '../loaders/rows.js'
import { TaskRef } from '../refs.js'

const WaitReasonRef = builder.enumType('WaitReason', {
  description: 'What holds a task back.',
  values: {
    NOT_YET_AVAILABLE: { description: 'Its availableAt has not come.' },
    CONVERSATION_BUSY: {
      description:
        'Another task of its conversation is CLAIMED or RUNNING, or an automatic retry of an earlier one comes first.',
    },
    AGENT_AT_CAPACITY: { description: 'Its agent has as many CLAIMED and RUNNING tasks as its maxConcurrentTasks.' },
    RUNTIME_DEREGISTERED: { description: 'Its runtime was taken out of service.' },
    RUNTIME_COOLING_DOWN: { description: 'The account of its runtime is used up or logged out; see coolingUntil.' },
    RUNTIME_OFFLINE: { description: 'The daemon of its runtime has been silent for too long.' },
    RUNTIME_NOT_ASKING: {
      description:
        'No claim has asked for its runtime for serverTimers.runtimeOffline: its daemon does not run, or has no free slot. ' +
        'Not told of a runtime that is deregistered or cools down.',
    },
    TASKS_AHEAD: { description: 'Claimable tasks of its runtime come first; see `ahead`.' },
  },
})

export const TaskWaitingRef = builder.objectRef<TaskWaiting>('TaskWaiting').implement({
  description: 'Why a task waits, as it is now.',
  fields: (t) => ({
    reasons: t.expose('reasons', {
      type: [WaitReasonRef],
      description: 'All that holds it back. Empty: the next claim of its runtime gets it.',
    }),
    ahead: t.exposeInt('ahead', {
      description: `Claimable tasks of its runtime that are handed out before it: 0 to ${MOST_COUNTED}, where ${MOST_COUNTED} means that or more.`,
    }),
    runtimeLastAskedAt: t.expose('runtimeLastAskedAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'When a claim last asked for its runtime; may be half a minute old where another server was asked. null: none ever did.',
    }),
    blockedBy: t.field({
      type: [TaskRef],
      description: `The tasks that it waits for: that of its conversation first, then up to ${MOST_COUNTED} of its agent where that has no room.`,
      resolve: async ({ blockedBy }, _args, context) => {
        const tasks = await Promise.all(blockedBy.map(async (id) => context.loaders.load(taskById, id)))
        return tasks.filter((task) => task !== null)
      },
    }),
  }),
})
