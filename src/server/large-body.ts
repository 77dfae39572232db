import { getOperationAST, Kind, parse } from 'graphql'

/** What only these may need: an output and a result of 1 MB each, or 500 entries of progress. */
const MAY_BE_LARGE: ReadonlySet<string> = new Set(['completeTask', 'reportTaskProgress'])
/** Plenty for a call of one of them. */
const MAX_TOKENS = 500

/** Whether the body is a call of nothing but the fields that may be sent more than others. */
export function mayBeLarge(body: Buffer): boolean {
  try {
    const { query, operationName } = JSON.parse(body.toString('utf8')) as { query?: unknown; operationName?: unknown }
    if (typeof query !== 'string') return false
    const name = typeof operationName === 'string' ? operationName : null
    const operation = getOperationAST(parse(query, { maxTokens: MAX_TOKENS, noLocation: true }), name)
    const selections = operation?.selectionSet.selections ?? []
    return (
      selections.length > 0 &&
      selections.every((field) => field.kind === Kind.FIELD && MAY_BE_LARGE.has(field.name.value))
    )
  } catch {
    return false
  }
}
