import { builder } from '../builder.js'

export const TaskKindRef = builder.enumType('TaskKind', {
  description: 'Kind of a task, and of the conversation that it belongs to.',
  values: {
    CHAT: { description: 'A turn of a chat session. It answers one message.' },
    ISSUE: { description: 'Work on an issue of an external tracker.' },
  },
})

export const TaskStatusRef = builder.enumType('TaskStatus', {
  description: 'Status of a task. `COMPLETED`, `FAILED` and `CANCELLED` are final.',
  values: {
    QUEUED: { description: 'The task waits for a claim.' },
    CLAIMED: { description: 'A daemon has claimed the task and not yet started its run.' },
    RUNNING: { description: 'The run has started.' },
    COMPLETED: { description: 'The run completed.' },
    FAILED: { description: 'The run failed, or the task expired in the queue; see `failure`.' },
    CANCELLED: { description: 'A user cancelled the task.' },
  },
})

export const TaskOrderRef = builder.enumType('TaskOrder', {
  description: 'Order of a list of tasks, by time of creation.',
  values: {
    NEWEST_FIRST: { description: 'Newest task first.' },
    OLDEST_FIRST: { description: 'Oldest task first.' },
  },
})
