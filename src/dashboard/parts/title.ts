import { useEffect } from 'react'

/** Sets the title of the tab, which shared links use too. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Baton`
  }, [title])
}
