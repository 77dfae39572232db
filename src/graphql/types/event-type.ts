import { builder } from '../builder.js'

export const SessionEventTypeRef = builder.enumType('SessionEventType', {
  description: 'The facts that a conversation’s history is made of.',
  values: {
    CONVERSATION_OPENED: { description: 'The chat session or issue thread was begun.' },
    MESSAGE_POSTED: { description: 'A person or the agent wrote a message.' },
    TASK_ENQUEUED: { description: 'Work was put into the queue of a runtime.' },
    TASK_RETARGETED: { description: "A waiting task was moved to its agent's new runtime." },
    TASK_CLAIMED: { description: 'A daemon was given the task, with the decision which session to resume.' },
    TASK_STARTED: { description: 'The run began; it tells whether the provider took the offered session.' },
    SESSION_PINNED: { description: 'The run told which provider session it is in.' },
    TASK_RELEASED: { description: 'The claim was given back, or it expired before the run began.' },
    TASK_COMPLETED: { description: 'The run ended well.' },
    TASK_FAILED: { description: 'The run ended badly, or the task waited for too long.' },
    TASK_CANCELLED: { description: 'A person stopped the task.' },
    SESSION_RESET: { description: 'A person dropped one session or all of them.' },
    POINTER_IMPORTED: { description: 'A session pointer was taken over from the history of another system.' },
    CONVERSATION_SEALED: { description: 'Its events so far are in an archive file, and leave the database.' },
    CONVERSATION_RESTORED: { description: 'All that was sealed is in the database again.' },
    CONVERSATION_ERASED: { description: 'Texts of the conversation were erased, by an admin or by their age.' },
    UNKNOWN: { description: 'A type that this server does not know; `rawType` has its name.' },
  },
})
