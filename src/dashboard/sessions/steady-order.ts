import { useCallback, useEffect, useMemo, useState } from 'react'

interface Steady<Row> {
  rows: Row[]
  /** Rows that came, or that moved to the top, since the order was taken. */
  news: number
  takeOrder: () => void
}

/** Rows stay where they are while the page is looked at: what is new waits to be asked for. */
export function useSteadyOrder<Row extends { id: string; lastActivityAt: string }>(
  rows: readonly Row[],
  complete: boolean,
): Steady<Row> {
  const [order, setOrder] = useState<ReadonlyMap<string, { place: number; at: string }> | null>(null)
  const takeOrder = useCallback(() => {
    setOrder(new Map(rows.map(({ id, lastActivityAt }, place) => [id, { place, at: lastActivityAt }])))
  }, [rows])
  useEffect(() => {
    if (complete && order === null) takeOrder()
  }, [complete, order, takeOrder])
  return useMemo(() => {
    if (order === null) return { rows: [...rows], news: 0, takeOrder }
    const known = rows.flatMap((row) => {
      const taken = order.get(row.id)
      return taken === undefined ? [] : [{ row, ...taken }]
    })
    const moved = known.filter(({ row, at }) => row.lastActivityAt > at).length
    return {
      rows: known.toSorted((a, b) => a.place - b.place).map(({ row }) => row),
      news: rows.length - known.length + moved,
      takeOrder,
    }
  }, [rows, order, takeOrder])
}
