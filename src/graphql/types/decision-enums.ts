import { builder } from '../builder.js'

export const ResumeOutcomeRef = builder.enumType('ResumeOutcome', {
  description: 'Whether a run resumes a provider session.',
  values: {
    RESUME: { description: 'The run resumes an earlier provider session.' },
    FRESH: { description: 'The run starts a new provider session.' },
  },
})

export const ResumeReasonRef = builder.enumType('ResumeReason', {
  description:
    'The rule that decided. Every reason except `SAME_RUNTIME` leads to a fresh session. docs/rules.md lists the ' +
    'rules (D1 to D9).',
  values: {
    SAME_RUNTIME: {
      description: 'The session lives on the claiming runtime and passes every check, so the run resumes it (D9).',
    },
    NO_PRIOR_SESSION: { description: 'The conversation, or the source task of a rerun, has no session (D3).' },
    RUNTIME_MISMATCH: { description: 'The session lives on another runtime (D5).' },
    RUNTIME_UNKNOWN: { description: 'No event proves which runtime created the session (D4).' },
    SESSION_POISONED: { description: 'The last run in the session failed in a way that would repeat on resume (D4).' },
    SESSION_RETIRED: { description: 'A run retired the session, or the provider refused to resume it (D4).' },
    SESSION_RESET: { description: 'A user reset the session (D4).' },
    SESSION_NOT_DURABLE: { description: "The provider has not stored the session's transcript (D4)." },
    RESUME_FAILING: { description: 'Too many consecutive runs failed after being offered the session (D4).' },
    AGENT_CHANGED: { description: "The agent's config changed, and its policy then requires a fresh session (D8)." },
    ACCOUNT_CHANGED: { description: 'The runtime is now logged in to another provider account (D6).' },
    STORE_CHANGED: { description: 'The runtime now stores its sessions elsewhere (D6).' },
    TOO_OLD: { description: "The session has been idle for longer than the policy's `maxAgeSeconds` (D7)." },
    FORCED_FRESH: { description: 'The creator of the task requested a fresh session (D1).' },
    RESUME_DISABLED: { description: "The agent's policy disables resuming (D2)." },
    SUPERSEDED: { description: 'A newer session won. Appears on candidates only.' },
    UNKNOWN_HISTORY: {
      description: 'The history contains an event type that this server does not know, so no session is offered.',
    },
  },
})
