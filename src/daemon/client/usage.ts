import type { VariablesOf } from './client.js'

/** What a run used, of itself alone. What is not known is left out. */
export type Usage = NonNullable<VariablesOf<'CompleteTask'>['input']['usage']>

const SUMS = ['inputTokens', 'outputTokens', 'cacheReadTokens', 'cacheWriteTokens'] as const
const TOKENS = [...SUMS, 'contextUsed', 'contextMax'] as const
const MOST_TOKENS = 2 ** 31 - 1
const MOST_USD = 1_000_000
const LONGEST_MODEL = 200

/** Of two parts of one run, the later one last. */
export function usedTogether(one: Usage | null, other: Usage | null): Usage | null {
  if (one === null || other === null) return other ?? one
  const both: Usage = { ...one, ...other }
  for (const name of [...SUMS, 'costUsd'] as const) {
    if (one[name] != null && other[name] != null) both[name] = one[name] + other[name]
  }
  return both
}

/** The usage, as far as the server can read it: a number that makes no sense must not cost an answer. */
export function fittingUsage(usage: Usage | null | undefined): Usage | undefined {
  if (usage == null) return undefined
  const fits: Usage = {}
  for (const name of TOKENS) {
    const tokens = Math.round(usage[name] ?? NaN)
    if (tokens >= 0 && tokens <= MOST_TOKENS) fits[name] = tokens
  }
  const { costUsd, model } = usage
  if (costUsd != null && costUsd >= 0 && costUsd <= MOST_USD) fits.costUsd = costUsd
  if (typeof model === 'string' && model !== '' && model.length <= LONGEST_MODEL) fits.model = model
  return Object.keys(fits).length === 0 ? undefined : fits
}
