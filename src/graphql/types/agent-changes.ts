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

const CONFIG_KEYS = '`agentConfigSchema` defines the keys that Baton knows; other keys are kept as they are.'

const AgentPayloadRef = builder.objectRef<{ agent: Agent }>('AgentPayload').implement({
  description: 'Result of a mutation that creates or changes an agent.',
  fields: (t) => ({ agent: t.expose('agent', { type: AgentRef, description: 'The agent after the change.' }) }),
})

/** A policy replaces the whole earlier policy: omitted fields take their defaults. */
function withWholePolicy<T extends { resumePolicy?: typeof ResumePolicyInputRef.$inferInput | null }>(input: T) {
  return { ...input, resumePolicy: input.resumePolicy == null ? null : policyOf(input.resumePolicy) }
}

builder.mutationFields((t) => ({
  createAgent: t.fieldWithInput({
    type: AgentPayloadRef,
    description: 'Creates an agent on a runtime.',
    authScopes: { work: true },
    input: {
      name: t.input.string({ required: true, validate: key, description: 'Display name, 1 to 512 characters.' }),
      runtimeId: t.input.id({
        required: true,
        validate: idRule,
        description: "ID of the runtime that executes the agent's tasks (`rt_...`).",
      }),
      maxConcurrentTasks: t.input.int({
        defaultValue: 6,
        validate: maxConcurrentTasks,
        description: 'Maximum number of `CLAIMED` and `RUNNING` tasks at once, 1 to 1,000.',
      }),
      config: t.input.field({
        type: 'JSON',
        validate: configRule,
        description: `Configuration for the agent's daemon, a JSON object of at most 256 KB. ${CONFIG_KEYS}`,
      }),
      resumePolicy: t.input.field({
        type: ResumePolicyInputRef,
        description: "Rules that decide which sessions the agent's runs may resume. Null: the defaults.",
      }),
      requestId: t.input.string({ validate: key, description: REQUEST_ID }),
    },
    resolve: (_root, { input }, context) => carryOut(context, createAgent, withWholePolicy(input)),
  }),
  updateAgent: t.fieldWithInput({
    type: AgentPayloadRef,
    description:
      'Changes the given fields of an agent. Queued tasks stay on their runtime unless `retargetQueuedTasks` is true.',
    authScopes: { work: true },
    input: {
      agentId: t.input.id({ required: true, validate: idRule, description: 'ID of the agent to change (`agt_...`).' }),
      name: t.input.string({ validate: key, description: 'New display name, 1 to 512 characters. Null: unchanged.' }),
      runtimeId: t.input.id({
        validate: idRule,
        description:
          "ID of the agent's new runtime (`rt_...`). Provider sessions do not move with it. Null: unchanged.",
      }),
      maxConcurrentTasks: t.input.int({
        validate: maxConcurrentTasks,
        description: 'New maximum number of `CLAIMED` and `RUNNING` tasks, 1 to 1,000. Null: unchanged.',
      }),
      config: t.input.field({
        type: 'JSON',
        validate: configRule,
        description: `New configuration, a JSON object of at most 256 KB. Omitted: unchanged. Null: removed. ${CONFIG_KEYS}`,
      }),
      resumePolicy: t.input.field({
        type: ResumePolicyInputRef,
        description: 'Replaces the policy; omitted fields take their defaults. Null: unchanged.',
      }),
      retargetQueuedTasks: t.input.boolean({
        defaultValue: false,
        description: "Whether to move the agent's `QUEUED` tasks to its current runtime.",
      }),
    },
    resolve: (_root, { input }, context) => carryOut(context, updateAgent, withWholePolicy(input)),
  }),
  archiveAgent: t.fieldWithInput({
    type: AgentPayloadRef,
    description:
      'Archives an agent. It accepts no new work, and its `QUEUED` tasks are cancelled. Running tasks may finish ' +
      'and are not retried.',
    authScopes: { work: true },
    input: {
      agentId: t.input.id({ required: true, validate: idRule, description: 'ID of the agent to archive (`agt_...`).' }),
    },
    resolve: (_root, { input }, context) => carryOut(context, archiveAgent, input),
  }),
}))
