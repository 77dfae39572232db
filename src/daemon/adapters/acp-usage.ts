import type { PromptResponse } from '@agentclientprotocol/sdk'
import type { Usage } from '../client/usage.js'
import { isRecord, text } from './child-process.js'

/** What an agent has told of its session in an update of its use. */
export interface SessionUse {
  used: number
  size: number
  /** The cost of the whole session so far; null: not told in US dollars. */
  costUsd: number | null
}

/**
 * The tokens that the answer to a prompt tells: in `usage`, which the protocol has as a draft, or as Gemini CLI does, in
 * its `_meta`. Both are of this turn alone.
 */
export function tokensOf(answer: PromptResponse): Usage | null {
  const { usage } = answer as { usage?: unknown }
  if (isRecord(usage)) {
    const { inputTokens, outputTokens, thoughtTokens, cachedReadTokens, cachedWriteTokens } = usage
    return known({
      inputTokens: number(inputTokens),
      outputTokens: outputTokens === undefined ? null : (number(outputTokens) ?? 0) + (number(thoughtTokens) ?? 0),
      cacheReadTokens: number(cachedReadTokens),
      cacheWriteTokens: number(cachedWriteTokens),
    })
  }
  const quota = isRecord(answer._meta?.quota) ? answer._meta.quota : {}
  const count = isRecord(quota.token_count) ? quota.token_count : {}
  const models = Array.isArray(quota.model_usage) ? quota.model_usage.filter(isRecord) : []
  const model = models.toSorted((one, other) => outputOf(other) - outputOf(one))[0]?.model
  return known({
    model: text(model),
    inputTokens: number(count.input_tokens),
    outputTokens: number(count.output_tokens),
  })
}

function outputOf({ token_count: count }: Record<string, unknown>): number {
  return isRecord(count) ? (number(count.output_tokens) ?? 0) : 0
}

function number(value: unknown): number | null {
  return typeof value === 'number' ? value : null
}

/** Without what is not known; null where nothing is. */
function known(usage: Usage): Usage | null {
  const entries = Object.entries(usage).filter(([, value]) => value !== null)
  return entries.length === 0 ? null : Object.fromEntries(entries)
}
