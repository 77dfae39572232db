import type { Usage } from '../../session-pointer/usage.js'
import { builder } from '../builder.js'
import { cost, key, tokens } from '../input-rules.js'

const DESCRIPTIONS = {
  model: 'The model that answered, as the provider names it.',
  inputTokens: 'Tokens read that no cache had.',
  outputTokens: 'Tokens written, with those of the thinking.',
  cacheReadTokens: 'Tokens read from a cache.',
  cacheWriteTokens: 'Tokens written to a cache.',
  costUsd: 'US dollars, as the provider told them.',
  contextUsed: 'Tokens of the context that the session fills after the run.',
  contextMax: 'Tokens of context that the model has.',
}

export const UsageRef = builder.objectRef<Usage>('Usage').implement({
  description: 'What a run used, of itself alone and not of its session so far. null: not told.',
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
    'What a run used, of itself alone and not of its session so far. Tokens: 0 to 2,147,483,647. Leave out what is not known.',
  fields: (t) => ({
    model: t.string({ validate: key, description: DESCRIPTIONS.model }),
    inputTokens: t.int({ validate: tokens, description: DESCRIPTIONS.inputTokens }),
    outputTokens: t.int({ validate: tokens, description: DESCRIPTIONS.outputTokens }),
    cacheReadTokens: t.int({ validate: tokens, description: DESCRIPTIONS.cacheReadTokens }),
    cacheWriteTokens: t.int({ validate: tokens, description: DESCRIPTIONS.cacheWriteTokens }),
    costUsd: t.float({ validate: cost, description: `${DESCRIPTIONS.costUsd} 0 to 1,000,000.` }),
    contextUsed: t.int({ validate: tokens, description: DESCRIPTIONS.contextUsed }),
    contextMax: t.int({ validate: tokens, description: DESCRIPTIONS.contextMax }),
  }),
})
