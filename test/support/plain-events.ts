import type { RunEnding, TaskEnqueued } from '../../src/session-pointer/events.js'

/** An ending that says nothing about the session of its run. */
export const SAID_NOTHING: RunEnding = {
  sessionId: null,
  workDir: null,
  retiredSessionId: null,
  transcriptMissing: false,
}

/** The plainest task there is: a first attempt that forces nothing and reruns nothing. */
export function plainTask(availableAt: string): TaskEnqueued {
  return {
    kind: 'CHAT',
    agentId: 'agt_1',
    priority: 0,
    attempt: 1,
    maxAttempts: 2,
    retryOf: null,
    rerunOf: null,
    forceFreshSession: false,
    forceFreshWorkDir: false,
    availableAt,
    inputMessageIds: [],
  }
}
