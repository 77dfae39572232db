import type { ResumePolicy } from '../../session-pointer/events.js'
import { DEFAULT_POLICY } from '../../session-pointer/resume-policy.js'
import { builder } from '../builder.js'
import { maxResumeFailures, seconds } from '../input-rules.js'
import { ResumePolicyRef } from '../refs.js'

const ResumeScopeRef = builder.enumType('ResumeScope', {
  description: 'Which sessions of a conversation are candidates for resuming.',
  values: {
    LATEST: { description: 'Only the newest eligible session. An older one does not know the newer turns.' },
    NEWEST_ON_RUNTIME: { description: 'The newest eligible session on the claiming runtime.' },
  },
})

const OnAgentChangeRef = builder.enumType('OnAgentChange', {
  description: "What happens when the agent's config has changed since the last run of a session.",
  values: {
    RESUME: { description: 'The session may still be resumed.' },
    FRESH: { description: 'The run starts a fresh session.' },
  },
})

const ENABLED = 'Whether runs may resume sessions. False: every run starts a fresh session.'
const SCOPE = 'Which sessions of a conversation are candidates for resuming.'
const ON_AGENT_CHANGE = "What happens when the agent's config has changed since the last run of a session."
const MAX_RESUME_FAILURES =
  'Number of consecutive failed runs after which a session is no longer offered, 1 to 1,000. Only runs that were ' +
  'offered the session count.'
const MAX_AGE = 'Maximum idle time of a session in seconds, at least 1. Null: no limit.'

ResumePolicyRef.implement({
  description: "An agent's rules for resuming provider sessions.",
  fields: (t) => ({
    enabled: t.exposeBoolean('enabled', { description: ENABLED }),
    scope: t.expose('scope', { type: ResumeScopeRef, description: SCOPE }),
    onAgentChange: t.expose('onAgentChange', { type: OnAgentChangeRef, description: ON_AGENT_CHANGE }),
    maxResumeFailures: t.exposeInt('maxResumeFailures', { description: MAX_RESUME_FAILURES }),
    maxAgeSeconds: t.exposeInt('maxAgeSeconds', { nullable: true, description: MAX_AGE }),
  }),
})

export const ResumePolicyInputRef = builder.inputType('ResumePolicyInput', {
  description: 'Rules for resuming provider sessions. Omitted fields take their defaults.',
  fields: (t) => ({
    enabled: t.boolean({ defaultValue: DEFAULT_POLICY.enabled, description: ENABLED }),
    scope: t.field({ type: ResumeScopeRef, defaultValue: DEFAULT_POLICY.scope, description: SCOPE }),
    onAgentChange: t.field({
      type: OnAgentChangeRef,
      defaultValue: DEFAULT_POLICY.onAgentChange,
      description: ON_AGENT_CHANGE,
    }),
    maxResumeFailures: t.int({
      defaultValue: DEFAULT_POLICY.maxResumeFailures,
      validate: maxResumeFailures,
      description: MAX_RESUME_FAILURES,
    }),
    maxAgeSeconds: t.int({ validate: seconds, description: MAX_AGE }),
  }),
})

/** The complete policy: null and omitted fields take their defaults. */
export function policyOf(input: typeof ResumePolicyInputRef.$inferInput): ResumePolicy {
  return {
    enabled: input.enabled ?? DEFAULT_POLICY.enabled,
    scope: input.scope ?? DEFAULT_POLICY.scope,
    onAgentChange: input.onAgentChange ?? DEFAULT_POLICY.onAgentChange,
    maxResumeFailures: input.maxResumeFailures ?? DEFAULT_POLICY.maxResumeFailures,
    maxAgeSeconds: input.maxAgeSeconds ?? DEFAULT_POLICY.maxAgeSeconds,
  }
}
