import type { Finding, Tally } from '../event-log/verify/finding.js'
import { verifyConversation as prove } from '../event-log/verify/verify-log.js'
import type { Caller } from './calls/caller.js'
import type { Outcome } from './calls/outcome.js'
import { accepted, notFound, tooManyFolds } from './calls/outcome.js'
import type { Services } from './services/services.js'

export interface Verification {
  tally: Tally
  findings: Finding[]
}

/** Proves one conversation of the workspace against the guarantees of the resume rules, at one moment. Reads only. */
export async function verifyConversation(
  { database, folds, turns, archive }: Services,
  { workspaceId, tokenId }: Caller,
  conversationId: string,
): Promise<Outcome<Verification>> {
  if (folds.isFullFor(tokenId)) return tooManyFolds
  const { tally, findings } = await folds.run(tokenId, () =>
    prove(database, workspaceId, conversationId, () => turns.next(tokenId), archive),
  )
  // A conversation without events and findings does not exist.
  const isNone = tally.events === 0 && findings.length === 0
  return isNone ? notFound('conversation', conversationId) : accepted({ tally, findings })
}
