/** A tab of GraphiQL. */
export interface Tab {
  query: string
  /** As JSON text. */
  variables: string | null
}

export function tab(query: string, variables?: Record<string, unknown>): Tab {
  return {
    query: `${query.trim()}\n`,
    variables: variables === undefined ? null : `${JSON.stringify(variables, null, 2)}\n`,
  }
}
