import { builder } from '../builder.js'

export const SessionEventTypeRef = builder.enumType('SessionEventType', {
  description: "Type of an event in a conversation's history.",
  values: {
    CONVERSATION_OPENED: { description: 'The chat session or issue thread was created.' },
    MESSAGE_POSTED: { description: 'A user or the agent posted a message.' },
    TASK_ENQUEUED: { description: 'A task was enqueued for a runtime.' },
    TASK_RETARGETED: { description: "A queued task was moved to its agent's new runtime." },
    TASK_CLAIMED: { description: 'A daemon claimed the task and received a resume decision.' },
    TASK_STARTED: { description: 'The run started and reported whether the provider resumed the offered session.' },
    SESSION_PINNED: { description: 'The run reported its provider session or work directory.' },
    TASK_RELEASED: { description: 'The claim was released, or its lease expired before the run started.' },
    TASK_COMPLETED: { description: 'The run completed.' },
    TASK_FAILED: { description: 'The run failed, or the task waited longer than `serverTimers.queueTtl`.' },
    TASK_CANCELLED: { description: 'A user cancelled the task.' },
    SESSION_RESET: { description: 'A user reset one session or all sessions.' },
    POINTER_IMPORTED: { description: 'A session pointer was imported from another system.' },
    CONVERSATION_SEALED: { description: 'The events so far were written to an archive file and leave the database.' },
    CONVERSATION_RESTORED: { description: 'All sealed events were restored to the database.' },
    CONVERSATION_ERASED: { description: 'Texts of the conversation were erased, by an admin or because of their age.' },
    UNKNOWN: { description: 'This server does not know the type; `rawType` names it.' },
  },
})
