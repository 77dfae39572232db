import type { RefObject } from 'react'
import type { Shortcuts } from './shortcuts.js'

/** `j` and `k` move the focus between the elements in `list` that are marked data-row. */
export function useRowKeys(list: RefObject<HTMLElement | null>): Shortcuts {
  const move = (by: number): void => {
    const rows = [...(list.current?.querySelectorAll<HTMLElement>('[data-row]') ?? [])]
    const current = rows.findIndex((row) => row === document.activeElement)
    const next = rows[current === -1 ? 0 : Math.min(rows.length - 1, Math.max(0, current + by))]
    next?.focus()
    next?.scrollIntoView({ block: 'nearest' })
  }
  return { j: () => move(1), k: () => move(-1) }
}
