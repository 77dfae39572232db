import type { PromptResponse } from '@agentclientprotocol/sdk'
import type { Usage } from '../client/usage.js'
import { isRecord, text } from './child-process.js'

/** An agent's report of its session's usage. */
export interface SessionUse {
  used: number
  size: number
  /** The cost of the whole session so far; null if not reported in US dollars. */
  costUsd: number | null
}

/**
 * The tokens of this turn, from the answer to a prompt: from `usage`, which is a draft of the protocol, or from Gemini CLI's
 * `_meta`.
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

/** Drops unknown values; null if all are unknown. */
function known(usage: Usage): Usage | null {
  const entries = Object.entries(usage).filter(([, value]) => value !== null)
  return entries.length === 0 ? null : Object.fromEntries(entries)
}
