import { Suspense, useState } from 'react'
import type { ReactNode } from 'react'
import { later } from '../parts/later.js'
import { useShortcuts } from '../parts/shortcuts.js'
import { Skeleton } from '../parts/skeleton.js'
import { useUrlValue } from '../parts/url-state.js'
import { Conversation } from './conversation.js'
import { Events } from './events.js'
import { TimeTravelBar } from './time-travel-bar.js'

// Loaded when first shown.
const Lanes = later(async () => (await import('../lanes/lanes.js')).Lanes)
const Pointer = later(async () => (await import('../pointer/pointer.js')).Pointer)
const WhatIf = later(async () => (await import('../what-if/what-if.js')).WhatIf)

const VIEWS = [
  { name: 'conversation', label: 'Conversation', key: '1' },
  { name: 'events', label: 'Events', key: '2' },
  { name: 'lanes', label: 'Lanes', key: '3' },
  { name: 'pointer', label: 'Pointer', key: '4' },
] as const

/** The chat, and three views of the history behind it. */
export function SessionViews(): ReactNode {
  const [view, setView] = useUrlValue('view')
  const [whatIf, setWhatIf] = useState(false)
  const [whatIfUsed, setWhatIfUsed] = useState(false)
  const [event] = useUrlValue('event')
  // A link to an event opens the events view.
  const first = event === null ? 'conversation' : 'events'
  const shown = VIEWS.find(({ name }) => name === view)?.name ?? first
  const show = (name: string): void => setView(name === first ? null : name)
  const openWhatIf = (open: boolean): void => {
    setWhatIf(open)
    setWhatIfUsed(true)
  }
  useShortcuts({
    ...Object.fromEntries(VIEWS.map(({ name, key }) => [key, () => show(name)])),
    w: () => openWhatIf(true),
  })
  return (
    <>
      <div className="views">
        <nav aria-label="Views" className="view-tabs">
          {VIEWS.map(({ name, label, key }) => (
            <button
              key={name}
              type="button"
              aria-current={shown === name ? 'true' : undefined}
              onClick={() => show(name)}
            >
              {label} <kbd aria-hidden="true">{key}</kbd>
            </button>
          ))}
        </nav>
        <button type="button" className="button quiet" onClick={() => openWhatIf(true)}>
          What if…
        </button>
      </div>
      <TimeTravelBar />
      <Suspense fallback={<Skeleton rows={8} />}>
        {shown === 'conversation' && <Conversation />}
        {shown === 'events' && <Events />}
        {shown === 'lanes' && <Lanes />}
        {shown === 'pointer' && <Pointer />}
      </Suspense>
      <Suspense>{whatIfUsed && <WhatIf open={whatIf} setOpen={openWhatIf} />}</Suspense>
    </>
  )
}
