import type { VariablesOf } from './client.js'

/** What one run used. Unknown values are left out. */
export type Usage = NonNullable<VariablesOf<'CompleteTask'>['input']['usage']>

const SUMS = ['inputTokens', 'outputTokens', 'cacheReadTokens', 'cacheWriteTokens'] as const
const TOKENS = [...SUMS, 'contextUsed', 'contextMax'] as const
const MOST_TOKENS = 2 ** 31 - 1
const MOST_USD = 1_000_000
const LONGEST_MODEL = 200

/** Adds up the usage of two parts of one run; `other` is the later part. */
export function usedTogether(one: Usage | null, other: Usage | null): Usage | null {
  if (one === null || other === null) return other ?? one
  const both: Usage = { ...one, ...other }
  for (const name of [...SUMS, 'costUsd'] as const) {
    if (one[name] != null && other[name] != null) both[name] = one[name] + other[name]
  }
  return both
}

/** The values that the server accepts. An invalid number is dropped, so that it does not make the report fail. */
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
