export interface PageArgs {
  first?: number | null
  after?: string | null
  last?: number | null
  before?: string | null
}

const MAX_PAGE = 100

/** A Relay connection over a list that does not change its beginning: the cursor is the place. */
export function connection<Row, Node>(rows: readonly Row[], args: PageArgs, toNode: (row: Row) => Node) {
  if ((args.first ?? args.last ?? 0) > MAX_PAGE) throw new Error('At most 100 at once.')
  const from = args.after == null ? 0 : Number(args.after) + 1
  const to = args.before == null ? rows.length : Number(args.before)
  const start = args.last == null ? from : Math.max(from, to - args.last)
  const end = args.last == null ? Math.min(to, from + (args.first ?? 50)) : to
  const edges = rows.slice(start, end).map((row, index) => ({ cursor: String(start + index), node: toNode(row) }))
  return {
    edges,
    nodes: edges.map(({ node }) => node),
    pageInfo: {
      hasNextPage: end < rows.length,
      hasPreviousPage: start > 0,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  }
}
