import type { ConversationRow } from './conversations.js'

export const FACETS = ['agent', 'runtime', 'status', 'outcome', 'reason'] as const
export type Facet = (typeof FACETS)[number]
export type Chosen = Readonly<Record<Facet, readonly string[]>>

/** What a row answers to each question; null answers nothing. */
export function valueOf(row: ConversationRow, facet: Facet): string | null {
  switch (facet) {
    case 'agent':
      return row.agent.name
    case 'runtime':
      return row.runtime.name
    case 'status':
      return row.archived ? 'ARCHIVED' : (row.newestTask?.status ?? 'NEW')
    case 'outcome':
      return row.decision?.outcome ?? null
    case 'reason':
      return row.decision?.reason ?? null
  }
}

/** OR within a question, AND across them. */
export function passes(row: ConversationRow, chosen: Chosen, words: readonly string[], except?: Facet): boolean {
  const matches = FACETS.every((facet) => {
    if (facet === except || chosen[facet].length === 0) return true
    const value = valueOf(row, facet)
    return value !== null && chosen[facet].includes(value)
  })
  if (!matches) return false
  const text = `${row.title} ${row.issueKey ?? ''} ${row.agent.name} ${row.runtime.name} ${row.id}`.toLowerCase()
  return words.every((word) => text.includes(word))
}

/** How many rows each answer would show, given what is chosen for the other questions. */
export function countsOf(
  rows: readonly ConversationRow[],
  chosen: Chosen,
  words: readonly string[],
  facet: Facet,
): Map<string, number> {
  const counts = new Map<string, number>()
  for (const row of rows) {
    const value = valueOf(row, facet)
    if (value === null) continue
    counts.set(value, (counts.get(value) ?? 0) + (passes(row, chosen, words, facet) ? 1 : 0))
  }
  return counts
}
