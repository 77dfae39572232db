import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import type { ReactNode } from 'react'
import { Link, useRoute } from 'wouter'
import { ask } from '../api/queries.js'
import { signOut } from '../api/token.js'
import { useShortcuts } from '../parts/shortcuts.js'
import { Help } from './help.js'
import { LiveBadge } from './live-badge.js'
import { useLiveLog } from './live-log.js'
import { OtherVersion } from './other-version.js'
import { ThemeToggle } from './theme-toggle.js'
import { useMay } from './use-may.js'

export function Shell({ children }: { children: ReactNode }): ReactNode {
  const [help, setHelp] = useState(false)
  const { togglePause } = useLiveLog()
  const may = useMay()
  const { data } = useQuery(ask('Viewer', {}))
  useShortcuts({ p: togglePause, '?': () => setHelp(true) })
  return (
    <>
      <a className="skip" href="#content">
        Skip to content
      </a>
      <header className="top">
        <Link href="/" className="brand">
          <img src="/favicon.svg" alt="" width="20" height="20" /> Baton
        </Link>
        <nav aria-label="Pages" className="top-nav">
          <NavLink href="/" also="/sessions/:id">
            Sessions
          </NavLink>
          <NavLink href="/fleet">Fleet</NavLink>
          <NavLink href="/agents" also="/agents/:id">
            Agents
          </NavLink>
          <NavLink href="/resume">Resume health</NavLink>
          {may.administer && <NavLink href="/tokens">Tokens</NavLink>}
        </nav>
        {data !== undefined && (
          <span className="who" title={`Token “${data.viewer.name}” (${data.viewer.kind})`}>
            {data.viewer.workspace.name}
          </span>
        )}
        <div className="top-end">
          <LiveBadge />
          <ThemeToggle />
          <button type="button" className="icon-button" onClick={() => setHelp(true)} aria-label="Keyboard shortcuts">
            ?
          </button>
          <button type="button" className="button quiet" onClick={signOut}>
            Sign out
          </button>
        </div>
      </header>
      {children}
      <OtherVersion />
      <Help open={help} setOpen={setHelp} />
    </>
  )
}

function NavLink({ href, also = href, children }: { href: string; also?: string; children: ReactNode }): ReactNode {
  const [is] = useRoute(href)
  const [isAlso] = useRoute(also)
  const isCurrent = is || isAlso
  const link = useRef<HTMLAnchorElement>(null)
  // On a phone the row of links is wider than the window.
  useEffect(() => {
    if (isCurrent) link.current?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [isCurrent])
  return (
    <Link ref={link} href={href} aria-current={isCurrent ? 'page' : undefined}>
      {children}
    </Link>
  )
}
