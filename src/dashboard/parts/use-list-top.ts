import { useLayoutEffect, useState } from 'react'
import type { RefObject } from 'react'

/** The distance from the top of the page to the list in pixels, which a virtual list needs. */
export function useListTop(list: RefObject<HTMLElement | null>): number {
  const [above, setAbove] = useState(0)
  useLayoutEffect(() => {
    const top = list.current?.getBoundingClientRect().top
    if (top !== undefined) setAbove(Math.round(top + window.scrollY))
  })
  return above
}
