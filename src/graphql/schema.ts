import { builder } from './builder.js'
import './types/access-changes.js'
import './types/agent.js'
import './types/agent-changes.js'
import './types/agent-config-schema.js'
import './types/binding.js'
import './types/chat-changes.js'
import './types/chat-session.js'
import './types/claim.js'
import './types/claim-events.js'
import './types/conversation.js'
import './types/conversation-queries.js'
import './types/decision.js'
import './types/erase.js'
import './types/error-code.js'
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
import './types/usage-by-day.js'
import './types/verification.js'
import './types/waiting.js'
import './types/workspace.js'

builder.queryType({
  description: "The queries of the API. All of them read the workspace of the caller's token.",
})
builder.mutationType({
  description:
    'The mutations of the API. A refused mutation changes nothing: its field is null, and its error has an ' +
    '`ErrorCode` in `extensions.code`. The mutations of one request run one after another, each with its own ' +
    'result or error.',
})

/** The whole API. */
export const schema = builder.toSchema()
