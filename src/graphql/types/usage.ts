import type { Usage } from '../../session-pointer/usage.js'
import { builder } from '../builder.js'
import { cost, key, tokens } from '../input-rules.js'

const DESCRIPTIONS = {
  model: 'Model that answered, as the provider names it.',
  inputTokens: 'Input tokens that were not read from a cache.',
  outputTokens: 'Output tokens, including reasoning.',
  cacheReadTokens: 'Input tokens read from a cache.',
  cacheWriteTokens: 'Input tokens written to a cache.',
  costUsd: 'Cost in US dollars, as reported by the provider.',
  contextUsed: "Tokens in the session's context after the run.",
  contextMax: "Size of the model's context window in tokens.",
}

export const UsageRef = builder.objectRef<Usage>('Usage').implement({
  description:
    'What one run used, without earlier runs of its session. A field is null if the daemon did not report it.',
  fields: (t) => ({
    model: t.exposeString('model', { nullable: true, description: DESCRIPTIONS.model }),
    inputTokens: t.exposeInt('inputTokens', { nullable: true, description: DESCRIPTIONS.inputTokens }),
    outputTokens: t.exposeInt('outputTokens', { nullable: true, description: DESCRIPTIONS.outputTokens }),
    cacheReadTokens: t.exposeInt('cacheReadTokens', { nullable: true, description: DESCRIPTIONS.cacheReadTokens }),
    cacheWriteTokens: t.exposeInt('cacheWriteTokens', { nullable: true, description: DESCRIPTIONS.cacheWriteTokens }),
    costUsd: t.exposeFloat('costUsd', { nullable: true, description: DESCRIPTIONS.costUsd }),
    contextUsed: t.exposeInt('contextUsed', { nullable: true, description: DESCRIPTIONS.contextUsed }),
    contextMax: t.exposeInt('contextMax', { nullable: true, description: DESCRIPTIONS.contextMax }),
  }),
})

export const UsageInputRef = builder.inputType('UsageInput', {
  description:
    'What one run used, without earlier runs of its session. Token counts range from 0 to 2,147,483,647. Omit ' +
    'unknown values.',
  fields: (t) => ({
    model: t.string({ validate: key, description: DESCRIPTIONS.model }),
    inputTokens: t.int({ validate: tokens, description: DESCRIPTIONS.inputTokens }),
    outputTokens: t.int({ validate: tokens, description: DESCRIPTIONS.outputTokens }),
    cacheReadTokens: t.int({ validate: tokens, description: DESCRIPTIONS.cacheReadTokens }),
    cacheWriteTokens: t.int({ validate: tokens, description: DESCRIPTIONS.cacheWriteTokens }),
    costUsd: t.float({ validate: cost, description: `${DESCRIPTIONS.costUsd} Range: 0 to 1,000,000.` }),
    contextUsed: t.int({ validate: tokens, description: DESCRIPTIONS.contextUsed }),
    contextMax: t.int({ validate: tokens, description: DESCRIPTIONS.contextMax }),
  }),
})
