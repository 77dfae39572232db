import { builder } from './builder.js'
import './types/agent.js'
import './types/binding.js'
import './types/chat-session.js'
import './types/conversation.js'
import './types/decision.js'
import './types/event.js'
import './types/issue-thread.js'
import './types/message.js'
import './types/policy.js'
import './types/progress.js'
import './types/queue-stats.js'
import './types/resume-stats.js'
import './types/runtime.js'
import './types/server-timers.js'
import './types/task.js'
import './types/task-queries.js'
import './types/token.js'
import './types/workspace.js'

builder.queryType({
  description: 'Everything that can be asked. All of it is about the workspace of the caller’s token.',
})

/** The whole API. */
export const schema = builder.toSchema()
