import { builder } from './builder.js'
import './types/access-changes.js'
import './types/agent.js'
import './types/agent-changes.js'
import './types/binding.js'
import './types/chat-changes.js'
import './types/chat-session.js'
import './types/claim.js'
import './types/conversation.js'
import './types/decision.js'
import './types/erase.js'
import './types/event.js'
import './types/fleet.js'
import './types/handoff.js'
import './types/heartbeat.js'
import './types/issue-thread.js'
import './types/live.js'
import './types/message.js'
import './types/policy.js'
import './types/progress.js'
import './types/progress-reports.js'
import './types/queue-stats.js'
import './types/recovery.js'
import './types/resume-stats.js'
import './types/run.js'
import './types/runtime.js'
import './types/server-timers.js'
import './types/simulation.js'
import './types/task.js'
import './types/task-changes.js'
import './types/task-queries.js'
import './types/token.js'
import './types/verification.js'
import './types/workspace.js'

builder.queryType({
  description: 'Everything that can be asked. All of it is about the workspace of the caller’s token.',
})
builder.mutationType({
  description:
    'Everything that can be done. What is refused is an error with a code in its extensions, and changed nothing: ' +
    'UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, BAD_USER_INPUT (with the wrong fields), STALE_CLAIM, ILLEGAL_TRANSITION ' +
    '(with the status of the task), REQUEST_ID_REUSED, QUERY_TOO_COMPLEX, RATE_LIMITED (with retryAfterSeconds), ' +
    'INTERNAL. UNAVAILABLE (with retryAfterSeconds) may have been carried out or not: send it again, with the same ' +
    'requestId.',
})

/** The whole API. */
export const schema = builder.toSchema()
