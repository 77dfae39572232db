import { useLayoutEffect, useState } from 'react'
import type { RefObject } from 'react'

/** How many pixels of the page are above the list, as a virtual list needs to know. */
export function useListTop(list: RefObject<HTMLElement | null>): number {
  const [above, setAbove] = useState(0)
  useLayoutEffect(() => {
    const top = list.current?.getBoundingClientRect().top
    if (top !== undefined) setAbove(Math.round(top + window.scrollY))
  })
  return above
}
