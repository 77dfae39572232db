import { builder } from '../builder.js'

export const TaskKindRef = builder.enumType('TaskKind', {
  description: 'What a task is about.',
  values: {
    CHAT: { description: 'One turn of a chat session: it answers a message.' },
    ISSUE: { description: 'Work on an issue of an outside tracker.' },
  },
})

export const TaskStatusRef = builder.enumType('TaskStatus', {
  description: 'Where a task stands. COMPLETED, FAILED and CANCELLED are final.',
  values: {
    QUEUED: { description: 'Waits for a claim.' },
    CLAIMED: { description: 'Handed out to a daemon that has not started it yet.' },
    RUNNING: { description: 'Its agent is at work.' },
    COMPLETED: { description: 'Ended well.' },
    FAILED: { description: 'Ended badly; see `failure`.' },
    CANCELLED: { description: 'Stopped by a person.' },
  },
})

export const TaskOrderRef = builder.enumType('TaskOrder', {
  description: 'The order of a list of tasks, by the time of their creation.',
  values: {
    NEWEST_FIRST: { description: 'The task created last comes first.' },
    OLDEST_FIRST: { description: 'The task created first comes first.' },
  },
})
