import type { ResumeReason } from './events.js'

export interface MessageFacts {
  reason: ResumeReason
  runtimeId: string
  /** The session that the reason is about, and its runtime; null where the reason is about none. */
  session: { sessionId: string; runtimeId: string | null } | null
  isRerun: boolean
  continuityGap: boolean
}

/**
 * One plain sentence that tells a person what the run will know, and why. It names ids, because names are not known
 * here.
 */
export function resumeMessage(facts: MessageFacts): string {
  const { runtimeId, continuityGap } = facts
  if (facts.reason === 'SAME_RUNTIME') {
    const resumed = `Session ${facts.session?.sessionId ?? ''} is resumed on runtime ${runtimeId}, where it lives`
    return continuityGap ? `${resumed}, but it does not know every turn of this conversation.` : `${resumed}.`
  }
  return `The run starts without a session: ${whyFresh(facts)}.`
}

function whyFresh({ reason, runtimeId, session, isRerun }: MessageFacts): string {
  const which = session === null ? 'the earlier session' : `session ${session.sessionId}`
  switch (reason) {
    case 'FORCED_FRESH':
      return 'a fresh session was asked for'
    case 'RESUME_DISABLED':
      return "the agent's policy is never to resume"
    case 'NO_PRIOR_SESSION':
      return isRerun ? 'the task that is run again had none' : 'this conversation has had none yet'
    case 'RUNTIME_MISMATCH':
      return `${which} lives on runtime ${session?.runtimeId ?? 'unknown'}, and this task runs on ${runtimeId}`
    case 'RUNTIME_UNKNOWN':
      return `nothing proves which runtime made ${which}`
    case 'SESSION_POISONED':
      return `${which} failed in a way that would repeat if it were resumed`
    case 'SESSION_RETIRED':
      return `${which} was retired`
    case 'SESSION_RESET':
      return `a person dropped ${which}`
    case 'SESSION_NOT_DURABLE':
      return `the provider had not stored the transcript of ${which}`
    case 'RESUME_FAILING':
      return `too many runs in a row failed after they were offered ${which}`
    case 'ACCOUNT_CHANGED':
      return `${which} was made under another provider account`
    case 'STORE_CHANGED':
      return `${which} is kept in another session store than the one runtime ${runtimeId} uses now`
    case 'TOO_OLD':
      return `${which} has been idle for longer than the policy allows`
    case 'AGENT_CHANGED':
      return `the agent's configuration has changed since ${which} was last used`
    case 'UNKNOWN_HISTORY':
      return 'the history holds events that this version of the server cannot read'
    case 'SAME_RUNTIME':
    case 'SUPERSEDED':
      return `${which} is not the one to resume`
  }
}
