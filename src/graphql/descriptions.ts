/** What the same argument of several mutations is. */

export const REQUEST_ID =
  'Any text of your own, new with each call. Send the same call again with the same one, and it is not carried out ' +
  'twice: you get the first answer. Kept for at least 24 hours; meant for the same token and mutation only.'

export const CLAIM_TOKEN = 'The fencing token of the claim. It shows that the task is still yours.'

export const LEASE_SECONDS =
  'How long the claim holds without a heartbeat, 1 to 3,600; each heartbeat renews it by as much. Default: the ' +
  "server's claim lease before the start, its run lease after it."

export const WAIT_SECONDS =
  'Keep the request open for so long, 0 to 60, if there is no work now; it is answered as soon as there is.'

export const PRIORITY = 'Higher is claimed first: -1,000 to 1,000.'

export const ENDING = {
  sessionId: 'The provider session that the run ended in; null: the one that was pinned.',
  workDir: 'The directory that the run ended in; null: the one that was pinned.',
  retiredSessionId: 'A session that the run gave up for good: it is never resumed again.',
  transcriptMissing: 'The provider has not stored the transcript of the session: it cannot be resumed.',
}
