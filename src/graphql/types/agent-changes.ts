import type { Agent } from '../../generated/prisma/client.js'
import { archiveAgent } from '../../use-cases/archive-agent.js'
import { createAgent } from '../../use-cases/create-agent.js'
import { updateAgent } from '../../use-cases/update-agent.js'
import { builder } from '../builder.js'
import { carryOut } from '../carry-out.js'
import { REQUEST_ID } from '../descriptions.js'
import { agentConfig as configRule, id as idRule, key, maxConcurrentTasks } from '../input-rules.js'
import { AgentRef } from '../refs.js'
import { ResumePolicyInputRef, policyOf } from './policy.js'

const CONFIG_KEYS =
  'An object; agentConfigSchema says which keys have a meaning and of which type their values are. Other keys are kept.'

const AgentPayloadRef = builder.objectRef<{ agent: Agent }>('AgentPayload').implement({
  description: 'The answer to a change of an agent.',
  fields: (t) => ({ agent: t.expose('agent', { type: AgentRef, description: 'The agent, as it is now.' }) }),
})

/** A policy is given whole: what it leaves out is at its default, not as it was. */
function withWholePolicy<T extends { resumePolicy?: typeof ResumePolicyInputRef.$inferInput | null }>(input: T) {
  return { ...input, resumePolicy: input.resumePolicy == null ? null : policyOf(input.resumePolicy) }
}

builder.mutationFields((t) => ({
  createAgent: t.fieldWithInput({
    type: AgentPayloadRef,
    description: 'Makes an agent that works on a runtime.',
    authScopes: { work: true },
    typeOptions: { description: 'What the agent is to be.' },
    input: {
      name: t.input.string({ required: true, validate: key, description: 'What people call it.' }),
      runtimeId: t.input.id({ required: true, validate: idRule, description: 'Where it works: rt_...' }),
      maxConcurrentTasks: t.input.int({
        defaultValue: 6,
        validate: maxConcurrentTasks,
        description: 'How many of its tasks may be under way at once: 1 to 1,000.',
      }),
      config: t.input.field({
        type: 'JSON',
        validate: configRule,
        description: `What its daemon needs to run it; at most 256 KB. ${CONFIG_KEYS}`,
      }),
      resumePolicy: t.input.field({ type: ResumePolicyInputRef, description: 'Which sessions its runs may resume.' }),
      requestId: t.input.string({ validate: key, description: REQUEST_ID }),
    },
    resolve: (_root, { input }, context) => carryOut(context, createAgent, withWholePolicy(input)),
  }),
  updateAgent: t.fieldWithInput({
    type: AgentPayloadRef,
    description:
      'Changes what is named, and leaves the rest. Tasks that wait keep their runtime, unless you move them.',
    authScopes: { work: true },
    typeOptions: { description: 'What to change.' },
    input: {
      agentId: t.input.id({ required: true, validate: idRule, description: 'agt_...' }),
      name: t.input.string({ validate: key, description: 'A new name.' }),
      runtimeId: t.input.id({ validate: idRule, description: 'Move it to this runtime. Sessions do not move along.' }),
      maxConcurrentTasks: t.input.int({ validate: maxConcurrentTasks, description: '1 to 1,000.' }),
      config: t.input.field({
        type: 'JSON',
        validate: configRule,
        description: `A new config, in place of the old one; null: none. ${CONFIG_KEYS}`,
      }),
      resumePolicy: t.input.field({
        type: ResumePolicyInputRef,
        description: 'A new policy, in place of the old one: what it leaves out is at its default.',
      }),
      retargetQueuedTasks: t.input.boolean({
        defaultValue: false,
        description: 'Also move its QUEUED tasks to its runtime.',
      }),
    },
    resolve: (_root, { input }, context) => carryOut(context, updateAgent, withWholePolicy(input)),
  }),
  archiveAgent: t.fieldWithInput({
    type: AgentPayloadRef,
    description: 'Puts an agent away: it takes no new work, and what waits for it is cancelled. What runs may end.',
    authScopes: { work: true },
    typeOptions: { description: 'Which agent to put away.' },
    input: { agentId: t.input.id({ required: true, validate: idRule, description: 'agt_...' }) },
    resolve: (_root, { input }, context) => carryOut(context, archiveAgent, input),
  }),
}))
