import { handoffText, turnsIn } from '../client/handoff.js'
import type { Claim } from '../client/held-claims.js'
import type { RunContext } from '../client/run-claim.js'

interface Telling {
  handoff: RunContext['handoff']
  show: (entry: { kind: string; text: string }) => void
  /** The most that the text may take, in bytes of UTF-8; 0: nothing is told. */
  maxBytes: number
}

/**
 * What the run does not know, as text to put before its prompt; empty where there is nothing to tell. Says in the progress
 * how many turns the agent is told. `ifFresh`: the session that was offered is not used.
 */
export async function tellEarlier(
  { resume }: Claim,
  { handoff, show, maxBytes }: Telling,
  { ifFresh }: { ifFresh: boolean },
): Promise<string> {
  if (maxBytes === 0 || !(resume.continuityGap || ifFresh)) return ''
  const earlier = await handoff({ maxBytes, ifFresh })
  if (earlier === null) return ''
  const turns = turnsIn(earlier.entries)
  const all = turns === earlier.range.turns ? '' : ` of ${earlier.range.turns}`
  const told = `Told the agent ${turns} earlier ${turns === 1 ? 'turn' : 'turns'}${all}.`
  const why = ifFresh ? 'Started fresh because the offered session is not used.' : whyOf(resume, earlier.livesOn)
  show({ kind: 'note', text: `${why} ${told}` })
  return `${handoffText(earlier, maxBytes)}\n\n`
}

/** The server's sentence has ids; where the session lives elsewhere, people know the machine by its name. */
function whyOf({ outcome, reason, message }: Claim['resume'], livesOn: string | null): string {
  const elsewhere = outcome === 'FRESH' && reason === 'RUNTIME_MISMATCH' && livesOn !== null
  return elsewhere ? `Started fresh because the session lives on ${livesOn}.` : message
}
