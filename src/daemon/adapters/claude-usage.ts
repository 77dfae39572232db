import type { Usage } from '../client/usage.js'
import { isRecord } from './child-process.js'

type UsageMessage = Record<string, unknown>

interface Sums {
  inputTokens: number
  outputTokens: number
  cacheReadTokens: number
  cacheWriteTokens: number
  costUsd: number
}

/** Marks the transcript line with the session's usage, from which Claude Code continues to count. */
export const COST_STATE = '"type":"cost-state"'

/**
 * What one run of Claude Code used. Its results have the sums of the session. `before` is the transcript's last
 * cost-state from before the run. Older versions store none and count each process by itself.
 */
export function claudeUsage(
  results: readonly UsageMessage[],
  { before, context }: { before: UsageMessage | null; context: ContextUse },
): Usage | null {
  const last = results.at(-1)
  if (last === undefined) return null
  const now = sumsOf(last.modelUsage)
  if (now === null) return { ...ofResults(results), ...context.used() }
  const earlier = sumsOf(before?.modelUsage)
  const used = earlier === null ? now : (difference(now, earlier) ?? now)
  const model = mainModel(last.modelUsage, before?.modelUsage)
  const { contextWindow } = record(record(last.modelUsage)[model])
  return { model, ...used, ...context.used(), ...(number(contextWindow) > 0 && { contextMax: number(contextWindow) }) }
}

/** The context size of the main thread's newest call, from the streamed events. */
export class ContextUse {
  #read: number | null = null
  #written = 0

  take({ event, parent_tool_use_id: parent }: UsageMessage): void {
    if (parent != null || !isRecord(event)) return
    if (event.type === 'message_start' && isRecord(event.message) && isRecord(event.message.usage)) {
      const {
        input_tokens: input,
        cache_read_input_tokens: read,
        cache_creation_input_tokens: write,
      } = event.message.usage
      this.#read = number(input) + number(read) + number(write)
      this.#written = 0
    } else if (event.type === 'message_delta' && isRecord(event.usage)) {
      this.#written = number(event.usage.output_tokens)
    }
  }

  used(): Pick<Usage, 'contextUsed'> {
    return this.#read === null ? {} : { contextUsed: this.#read + this.#written }
  }
}

/** The sums over all models; null if none is reported. */
function sumsOf(modelUsage: unknown): Sums | null {
  const models = Object.values(record(modelUsage)).filter(isRecord)
  if (models.length === 0) return null
  const sum = (name: string) => models.reduce((total, one) => total + number(one[name]), 0)
  return {
    inputTokens: sum('inputTokens'),
    outputTokens: sum('outputTokens'),
    cacheReadTokens: sum('cacheReadInputTokens'),
    cacheWriteTokens: sum('cacheCreationInputTokens'),
    costUsd: sum('costUSD'),
  }
}

/** null if the later sums do not continue the earlier ones. */
function difference(now: Sums, before: Sums): Sums | null {
  const names = Object.keys(now) as (keyof Sums)[]
  if (names.some((name) => now[name] < before[name] - 1e-9)) return null
  return Object.fromEntries(names.map((name) => [name, Math.max(0, now[name] - before[name])])) as unknown as Sums
}

/** The model with most of the run's tokens. Other models only write titles and summaries. */
function mainModel(now: unknown, before: unknown): string {
  const wrote = Object.entries(record(now)).map(([model, one]) => {
    const earlier = record(record(before)[model])
    const tokens = (message: UsageMessage) =>
      ['inputTokens', 'outputTokens', 'cacheReadInputTokens', 'cacheCreationInputTokens'].reduce(
        (total, name) => total + number(message[name]),
        0,
      )
    return { model, tokens: tokens(record(one)) - tokens(earlier) }
  })
  return wrote.toSorted((one, other) => other.tokens - one.tokens)[0]?.model ?? ''
}

/** Each result has the tokens since the previous one, and the cost of the process so far. */
function ofResults(results: readonly UsageMessage[]): Usage | null {
  const usages = results.map(({ usage }) => record(usage))
  const sum = (name: string) => usages.reduce((total, one) => total + number(one[name]), 0)
  const cost = results.at(-1)?.total_cost_usd
  return {
    ...(usages.some((usage) => Object.keys(usage).length > 0) && {
      inputTokens: sum('input_tokens'),
      outputTokens: sum('output_tokens'),
      cacheReadTokens: sum('cache_read_input_tokens'),
      cacheWriteTokens: sum('cache_creation_input_tokens'),
    }),
    ...(typeof cost === 'number' && { costUsd: cost }),
  }
}

function record(value: unknown): UsageMessage {
  return isRecord(value) ? value : {}
}

function number(value: unknown): number {
  return typeof value === 'number' ? value : 0
}
