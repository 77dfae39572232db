/** What one run used. Tokens are whole numbers, costs are US dollars; null means not reported. */
export interface Usage {
  model: string | null
  inputTokens: number | null
  outputTokens: number | null
  cacheReadTokens: number | null
  cacheWriteTokens: number | null
  costUsd: number | null
  /** The tokens in the session's context now, and the size of the model's context window. */
  contextUsed: number | null
  contextMax: number | null
}
