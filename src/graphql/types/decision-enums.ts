import { builder } from '../builder.js'

export const ResumeOutcomeRef = builder.enumType('ResumeOutcome', {
  description: 'What a claim is told about the session.',
  values: {
    RESUME: { description: 'Go on in the earlier provider session.' },
    FRESH: { description: 'Start a new provider session.' },
  },
})

export const ResumeReasonRef = builder.enumType('ResumeReason', {
  description: 'Why a decision came out as it did. All but SAME_RUNTIME lead to a fresh session.',
  values: {
    SAME_RUNTIME: {
      description: 'The newest session lives on the claiming runtime, and nothing speaks against it: it is resumed.',
    },
    NO_PRIOR_SESSION: { description: 'The conversation has had no session yet.' },
    RUNTIME_MISMATCH: { description: 'The session lives on another runtime.' },
    RUNTIME_UNKNOWN: { description: 'Nothing proves on which runtime the session was made.' },
    SESSION_POISONED: { description: 'The last run in the session failed in a way that would repeat on resume.' },
    SESSION_RETIRED: { description: 'A run gave the session up for good, or the provider refused it.' },
    SESSION_RESET: { description: 'A person dropped the session.' },
    SESSION_NOT_DURABLE: { description: 'The provider had not stored the transcript of the session.' },
    RESUME_FAILING: { description: 'Too many runs in a row failed after they were offered the session.' },
    AGENT_CHANGED: { description: "The agent's config changed, and its policy asks for a fresh session then." },
    ACCOUNT_CHANGED: { description: 'The runtime is logged in to another provider account now.' },
    STORE_CHANGED: { description: 'The runtime keeps its sessions in another store now.' },
    TOO_OLD: { description: 'The session has been idle for longer than the policy allows.' },
    FORCED_FRESH: { description: 'Whoever made the task asked for a fresh session.' },
    RESUME_DISABLED: { description: "The agent's policy is never to resume." },
    SUPERSEDED: { description: 'Of candidates only: it lost to a newer one.' },
    UNKNOWN_HISTORY: { description: 'The history holds events that this server cannot read, so nothing is risked.' },
  },
})
