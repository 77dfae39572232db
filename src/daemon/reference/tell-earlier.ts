import { handoffText, turnsIn } from '../client/handoff.js'
import type { Claim } from '../client/held-claims.js'
import type { RunContext } from '../client/run-claim.js'

interface Telling {
  handoff: RunContext['handoff']
  show: (entry: { kind: string; text: string }) => void
  /** The longest text, in UTF-8 bytes; 0 means no handoff. */
  maxBytes: number
}

/**
 * The handoff as text to put before the prompt; empty if there is none. The progress says how many turns the agent is told.
 * `ifFresh`: the offered session is not used.
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
  const note = `Told the agent ${turns} earlier ${turns === 1 ? 'turn' : 'turns'}${all}.`
  const why = ifFresh ? 'Started fresh because the offered session is not used.' : whyOf(resume, earlier.livesOn)
  show({ kind: 'note', text: `${why} ${note}` })
  return `${handoffText(earlier, maxBytes)}\n\n`
}

/** The server's message has ids. If the session lives on another machine, the machine's name is clearer. */
function whyOf({ outcome, reason, message }: Claim['resume'], livesOn: string | null): string {
  const elsewhere = outcome === 'FRESH' && reason === 'RUNTIME_MISMATCH' && livesOn !== null
  return elsewhere ? `Started fresh because the session lives on ${livesOn}.` : message
}
