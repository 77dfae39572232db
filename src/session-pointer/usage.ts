/** What a run used, of itself alone. Tokens are whole numbers, costs US dollars; null: not told. */
export interface Usage {
  model: string | null
  inputTokens: number | null
  outputTokens: number | null
  cacheReadTokens: number | null
  cacheWriteTokens: number | null
  costUsd: number | null
  /** Tokens of the context that the session fills now, and that the model has. */
  contextUsed: number | null
  contextMax: number | null
}
