export interface GroupedRows<Row> {
  /** The rows with this key. Ask for each key once, in the order of the rows. */
  of(key: string): Promise<Row[]>
}

/** Groups sorted rows by key, one group at a time. */
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
