import type { Usage } from '../client/usage.js'
import { isRecord, text } from './child-process.js'

type UsageMessage = Record<string, unknown>

/** Mark the rollout lines with the thread's usage so far, and with its model. */
export const TOKEN_COUNT = '"total_token_usage"'
export const TURN_CONTEXT = '"type":"turn_context"'

export interface CodexCounts {
  /** The thread was resumed, so it had a rollout before. */
  resumed: boolean
  /** The rollout's last count before and after the turn; null if there is none, or if it cannot be read. */
  before: UsageMessage | null
  after: UsageMessage | null
  /** The rollout's last turn_context. */
  turnContext: UsageMessage | null
  /** The thread's sums, as reported at the end of the turn. */
  told: unknown
}

/**
 * What one turn of Codex used. Codex reports the sums of its thread over all turns and processes, so the earlier count is
 * subtracted. Its input includes cached input.
 */
export function codexUsage({ resumed, before, after, turnContext, told }: CodexCounts): Usage | null {
  const model = text(payload(turnContext).model)
  const named = model === null ? {} : { model }
  const counted = record(payload(after).info)
  const now = tokensOf(counted.total_token_usage)
  if (now === null) {
    const own = resumed ? null : tokensOf(told)
    return own === null ? null : { ...named, ...usageOf(own) }
  }
  const earlier = tokensOf(record(payload(before).info).total_token_usage)
  if (resumed && earlier === null) return null
  const used = earlier === null ? now : less(now, earlier)
  if (used.input + used.output === 0) return null
  const last = record(counted.last_token_usage).total_tokens
  const most = counted.model_context_window
  return {
    ...named,
    ...usageOf(used),
    ...(typeof last === 'number' && { contextUsed: last }),
    ...(typeof most === 'number' && { contextMax: most }),
  }
}

interface Tokens {
  input: number
  cached: number
  written: number
  output: number
}

function tokensOf(usage: unknown): Tokens | null {
  if (!isRecord(usage) || typeof usage.input_tokens !== 'number') return null
  const number = (value: unknown) => (typeof value === 'number' ? value : 0)
  return {
    input: usage.input_tokens,
    cached: number(usage.cached_input_tokens),
    written: number(usage.cache_write_input_tokens),
    output: number(usage.output_tokens),
  }
}

/** If a thread counts from 0 again, nothing is subtracted. */
function less(now: Tokens, before: Tokens): Tokens {
  if (now.input < before.input || now.output < before.output) return now
  return {
    input: now.input - before.input,
    cached: Math.max(0, now.cached - before.cached),
    written: Math.max(0, now.written - before.written),
    output: now.output - before.output,
  }
}

function usageOf({ input, cached, written, output }: Tokens): Usage {
  return {
    inputTokens: Math.max(0, input - cached - written),
    outputTokens: output,
    cacheReadTokens: cached,
    cacheWriteTokens: written,
  }
}

function payload(line: UsageMessage | null): UsageMessage {
  return record(line?.payload)
}

function record(value: unknown): UsageMessage {
  return isRecord(value) ? value : {}
}
