import type { ResumePolicy } from '../../session-pointer/events.js'
import { DEFAULT_POLICY } from '../../session-pointer/resume-policy.js'
import { builder } from '../builder.js'
import { maxResumeFailures, seconds } from '../input-rules.js'
import { ResumePolicyRef } from '../refs.js'

const ResumeScopeRef = builder.enumType('ResumeScope', {
  description: 'Which of the sessions of a conversation may be resumed.',
  values: {
    LATEST: { description: 'Only the newest eligible one: an older one does not know the newer turns.' },
    NEWEST_ON_RUNTIME: { description: 'The newest eligible one that lives on the claiming runtime.' },
  },
})

const OnAgentChangeRef = builder.enumType('OnAgentChange', {
  description: "What to do when the agent's config has changed since the session was last used.",
  values: {
    RESUME: { description: 'Resume all the same.' },
    FRESH: { description: 'Start a fresh session.' },
  },
})

const ENABLED = 'false: never resume, every run starts a fresh session.'
const SCOPE = 'Which of the sessions of a conversation may be resumed.'
const ON_AGENT_CHANGE = "What to do when the agent's config has changed since the session was last used."
const MAX_RESUME_FAILURES = 'After this many failed runs in a row that were offered the same session, stop offering it.'
const MAX_AGE = 'Sessions idle for longer than this many seconds are not resumed; null is no limit.'

ResumePolicyRef.implement({
  description: "An agent's rules about which sessions its runs may resume.",
  fields: (t) => ({
    enabled: t.exposeBoolean('enabled', { description: ENABLED }),
    scope: t.expose('scope', { type: ResumeScopeRef, description: SCOPE }),
    onAgentChange: t.expose('onAgentChange', { type: OnAgentChangeRef, description: ON_AGENT_CHANGE }),
    maxResumeFailures: t.exposeInt('maxResumeFailures', { description: MAX_RESUME_FAILURES }),
    maxAgeSeconds: t.exposeInt('maxAgeSeconds', { nullable: true, description: MAX_AGE }),
  }),
})

export const ResumePolicyInputRef = builder.inputType('ResumePolicyInput', {
  description: 'Rules about which sessions may be resumed. What is left out takes its default.',
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
      description: `${MAX_RESUME_FAILURES} 1 to 1,000.`,
    }),
    maxAgeSeconds: t.int({ validate: seconds, description: `${MAX_AGE} At least 1.` }),
  }),
})

/** The whole policy: what is null or left out takes its default. */
export function policyOf(input: typeof ResumePolicyInputRef.$inferInput): ResumePolicy {
  return {
    enabled: input.enabled ?? DEFAULT_POLICY.enabled,
    scope: input.scope ?? DEFAULT_POLICY.scope,
    onAgentChange: input.onAgentChange ?? DEFAULT_POLICY.onAgentChange,
    maxResumeFailures: input.maxResumeFailures ?? DEFAULT_POLICY.maxResumeFailures,
    maxAgeSeconds: input.maxAgeSeconds ?? DEFAULT_POLICY.maxAgeSeconds,
  }
}

/** A stored policy. It was written whole, so it is read as it is. */
export function storedPolicy(agent: { resumePolicy: unknown }): ResumePolicy {
  return agent.resumePolicy as ResumePolicy
}
