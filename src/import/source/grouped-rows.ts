export interface GroupedRows<Row> {
  /** The rows with this key. Keys are asked for in the order of the rows, each once. */
  of(key: string): Promise<Row[]>
}

/** Rows that come sorted by a key, a group at a time. */
export function groupedRows<Row>(rows: AsyncGenerator<Row>, keyOf: (row: Row) => string): GroupedRows<Row> {
  let ahead: Row | null = null
  const next = async (): Promise<Row | null> => {
    const result = await rows.next()
    return result.done === true ? null : result.value
  }
  return {
    async of(key) {
      const group: Row[] = []
      ahead ??= await next()
      for (; ahead !== null && keyOf(ahead) <= key; ahead = await next()) {
        if (keyOf(ahead) === key) group.push(ahead)
      }
      return group
    },
  }
}
