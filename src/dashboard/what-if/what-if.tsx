import { Dialog } from '@base-ui/react/dialog'
import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import type { ReactNode } from 'react'
import { OutcomeChip, ReasonChip } from '../parts/chips.js'
import { Problem } from '../parts/notice.js'
import { useUrlValue } from '../parts/url-state.js'
import { useSession } from '../session/session-context.js'
import { plural } from '../words/id-words.js'
import { dateTime } from '../words/time-words.js'
import { PolicyForm } from './policy-form.js'
import { claimsToCheck, simulate } from './simulate.js'
import type { Flip, Policy } from './simulate.js'

/** A limit, because more claims would keep the server busy. */
const MOST_CLAIMS = 120

/** Tries another policy and shows which past decisions it would change. Writes nothing. */
export function WhatIf({ open, setOpen }: { open: boolean; setOpen: (open: boolean) => void }): ReactNode {
  const { id, conversation, history } = useSession()
  const [policy, setPolicy] = useState<Policy>(conversation.agent.resumePolicy)
  const claims = useMemo(() => claimsToCheck(history.events, MOST_CLAIMS), [history.events])
  const newest = claims[0]?.event.version ?? 0
  const simulation = useQuery({
    queryKey: ['WhatIf', id, policy, newest, claims.length],
    queryFn: ({ signal }) => simulate(id, claims, policy, signal),
    enabled: open && claims.length > 0,
    staleTime: Infinity,
  })
  const { data } = simulation
  return (
    <Dialog.Root open={open} onOpenChange={setOpen}>
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop" />
        <Dialog.Popup className="drawer">
          <Dialog.Title className="dialog-title">What if another policy applied?</Dialog.Title>
          <Dialog.Description className="muted">
            Each past claim is decided again under this policy, from the events before it. Nothing is changed.
          </Dialog.Description>
          <PolicyForm policy={policy} change={setPolicy} />
          <div className="what-if-result" aria-live="polite">
            {claims.length === 0 && <p className="muted">There is no claim yet that a policy could change.</p>}
            {simulation.isFetching && <p className="muted">Re-evaluating {plural(claims.length, 'claim')}…</p>}
            {simulation.error !== null && <Problem error={simulation.error} again={() => simulation.refetch()} />}
            {data !== undefined && !simulation.isFetching && (
              <>
                <p>
                  Of the newest {plural(data.checked, 'claim')},{' '}
                  <strong>
                    {data.flips.length === 0 ? 'no decision' : plural(data.flips.length, 'decision')} would change
                  </strong>
                  .
                </p>
                {data.incomparable > 0 && (
                  <p className="muted">
                    Left out: {plural(data.incomparable, 'claim')}, because the agent or the runtime has changed since
                    then.
                  </p>
                )}
                <ol className="flips">
                  {data.flips.map((flip) => (
                    <FlipRow key={flip.claim.event.id} flip={flip} leave={() => setOpen(false)} />
                  ))}
                </ol>
              </>
            )}
          </div>
          <div className="dialog-end">
            <button type="button" className="button" onClick={() => setPolicy(conversation.agent.resumePolicy)}>
              Reset to the agent’s policy
            </button>
            <Dialog.Close className="button primary">Close</Dialog.Close>
          </div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

function FlipRow({ flip: { claim, outcome, reason }, leave }: { flip: Flip; leave: () => void }): ReactNode {
  const [, setOpened] = useUrlValue('event')
  const { event } = claim
  return (
    <li>
      <button
        type="button"
        className="link"
        title={dateTime(event.occurredAt)}
        onClick={() => {
          setOpened(String(event.version))
          leave()
        }}
      >
        event {event.version}
      </button>
      <span className="flip">
        <OutcomeChip outcome={claim.outcome} reason={claim.reason} /> <ReasonChip reason={claim.reason} />
        <span aria-label="would become"> → </span>
        <OutcomeChip outcome={outcome} reason={reason} /> <ReasonChip reason={reason} />
      </span>
    </li>
  )
}
