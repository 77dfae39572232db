import { claimOf } from '../words/event-facts.js'
import type { SessionEvent } from '../words/event-facts.js'
import { spanInWords } from '../words/time-words.js'
import type { Decision } from './decision-detail.js'

interface Comparison {
  what: string
  expected: string
  found: string
  /** Whether this pair decided the claim. */
  decides: boolean
}

type Binding = Decision['candidates'][number]['binding']

const STATES: Readonly<Record<string, string | undefined>> = {
  RESUMABLE: 'may be offered',
  POISONED: 'poisoned',
  RETIRED: 'retired',
  RESET: 'dropped by a person',
  NOT_DURABLE: 'transcript not stored',
  FAILING: 'keeps failing',
  UNPROVEN: 'unproven',
}

/** The session's requirements beside the claim's values. */
export function comparisons(
  { reason, runtime, policy }: Decision,
  binding: Binding,
  claimed: SessionEvent,
  events: readonly SessionEvent[],
): Comparison[] {
  const claim = claimOf(claimed)
  const made = lastClaimOf(binding, events)
  const idle = Date.parse(claimed.occurredAt) - Date.parse(binding.lastActiveAt)
  const sameRuntime = binding.runtime?.id === runtime.id
  const state = STATES[binding.state] ?? binding.state
  const rows: (Comparison | null)[] = [
    {
      what: 'State',
      expected: 'may be offered',
      found: binding.stateReason === null ? state : `${state}: ${binding.stateReason}`,
      decides: reason.startsWith('SESSION_'),
    },
    {
      what: 'Runtime',
      expected: binding.runtime?.name ?? 'unknown',
      found: runtime.name,
      decides: reason === 'RUNTIME_MISMATCH' || reason === 'RUNTIME_UNKNOWN',
    },
    // Another runtime has another account, so a difference only matters on the same runtime.
    sameRuntime ? pair('Account', made?.account, claim?.account, reason === 'ACCOUNT_CHANGED') : null,
    sameRuntime ? pair('Session store', made?.store, claim?.store, reason === 'STORE_CHANGED') : null,
    pair(
      'Agent revision',
      binding.agentRevision?.toString(),
      claim?.agentRevision?.toString(),
      reason === 'AGENT_CHANGED',
    ),
    {
      what: 'Idle',
      expected: policy.maxAgeSeconds === null ? 'no limit' : `at most ${spanInWords(policy.maxAgeSeconds * 1000)}`,
      found: spanInWords(idle),
      decides: reason === 'TOO_OLD',
    },
    {
      what: 'Failures in a row',
      expected: `fewer than ${policy.maxResumeFailures}`,
      found: String(binding.resumeFailures),
      decides: reason === 'RESUME_FAILING',
    },
  ]
  return rows.filter((row) => row !== null)
}

/** null if both values are unknown and the pair did not decide the claim. */
function pair(
  what: string,
  expected: string | null | undefined,
  found: string | null | undefined,
  decides: boolean,
): Comparison | null {
  if (!decides && (expected == null || found == null)) return null
  return { what, expected: expected ?? 'unknown', found: found ?? 'unknown', decides }
}

/** The claim of the last run in the session, with the account and the store of that time. */
function lastClaimOf(binding: Binding, events: readonly SessionEvent[]): ReturnType<typeof claimOf> {
  const event = events.find(({ type, task }) => type === 'TASK_CLAIMED' && task?.id === binding.lastTask?.id)
  return event === undefined ? null : claimOf(event)
}
