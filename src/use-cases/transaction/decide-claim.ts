import type { Agent, Runtime, Task } from '../../generated/prisma/client.js'
import type { NewEvent } from '../../session-pointer/events.js'
import { decideResume, storedPolicy } from '../../session-pointer/resume-policy.js'
import type { ResumeDecision } from '../../session-pointer/resume-policy.js'
import type { SessionState } from '../../session-pointer/session-state.js'

export interface ClaimFacts {
  state: SessionState
  task: Task
  /** The rerun's source; null if the task is not a rerun. */
  source: Pick<Task, 'sessionId' | 'workDir'> | null
  agent: Agent
  runtime: Runtime
  leaseSeconds: number
  /** The agent's active tasks with this one, and its limit. */
  agentLoad: { active: number; max: number }
  now: Date
}

/** The decision for this claim, and the event that records it with every input that the stream does not hold. Pure. */
export function decideClaim(facts: ClaimFacts): { decision: ResumeDecision; event: NewEvent } {
  const { state, task, source, agent, runtime, leaseSeconds, agentLoad, now } = facts
  const policy = storedPolicy(agent)
  const { account, store } = runtime
  const decidedAt = now.toISOString()
  const decision = decideResume({
    state,
    task,
    source: source === null ? null : { sessionId: source.sessionId, workDir: source.workDir },
    agent: { revision: agent.revision, policy },
    runtime: { account, store },
    now: decidedAt,
  })
  const { outcome, reason, sessionId, workDir, continuityGap, handoffRange } = decision
  return {
    decision,
    event: {
      type: 'TASK_CLAIMED',
      taskId: task.id,
      runtimeId: task.runtimeId,
      data: {
        leaseSeconds,
        agentLoad,
        decision: {
          outcome,
          reason,
          sessionId,
          workDir,
          continuityGap,
          handoffRange,
          policy,
          agentRevision: agent.revision,
          account,
          store,
          decidedAt,
        },
      },
    },
  }
}
