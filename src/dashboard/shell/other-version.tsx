import { useEffect, useState } from 'react'
import type { ReactNode } from 'react'
import { useLiveLog } from './live-log.js'

const EVERY_MS = 5 * 60_000

/** The files of this page, whose names change with their content. Read before further files are loaded. */
const running = filesOf(document)

/** Offers a reload if the server has a different version of the page, as after an update. */
export function OtherVersion(): ReactNode {
  const other = useOtherVersion()
  if (!other) return null
  return (
    <div className="other-version" role="alert">
      <p>The server has a different version of this page.</p>
      <button type="button" className="button primary" onClick={() => location.reload()}>
        Reload
      </button>
    </div>
  )
}

/** Checks when the server is back, when the page comes into view, and at intervals while it is in view. */
function useOtherVersion(): boolean {
  const { liveness } = useLiveLog()
  const isBack = liveness === 'LIVE' || liveness === 'POLLING'
  const [other, setOther] = useState(false)
  useEffect(() => {
    if (!isBack || other) return
    const look = (): void => {
      if (document.hidden) return
      isOther().then(setOther, () => undefined)
    }
    look()
    const timer = setInterval(look, EVERY_MS)
    document.addEventListener('visibilitychange', look)
    return () => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', look)
    }
  }, [isBack, other])
  useEffect(() => {
    // A file of this page no longer exists.
    const gone = (): void => setOther(true)
    window.addEventListener('vite:preloadError', gone)
    return () => window.removeEventListener('vite:preloadError', gone)
  }, [])
  return other
}

async function isOther(): Promise<boolean> {
  const response = await fetch('/', { headers: { accept: 'text/html' }, cache: 'no-cache' })
  if (!response.ok) return false
  const files = filesOf(new DOMParser().parseFromString(await response.text(), 'text/html'))
  // A different page, such as a proxy's, says nothing about the version.
  return files !== '' && files !== running
}

function filesOf(page: Document): string {
  const named = [...page.querySelectorAll('script[src^="/assets/"], link[rel=stylesheet][href^="/assets/"]')]
  return named
    .map((element) => element.getAttribute('src') ?? element.getAttribute('href') ?? '')
    .sort()
    .join()
}
