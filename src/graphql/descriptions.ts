/** Descriptions shared by several fields. */

export const REQUEST_ID =
  'Idempotency key, 1 to 512 characters, unique per call. Repeating a call with the same key does not run it ' +
  'again but returns the first result. Keys are kept for at least 24 hours, per token and mutation. The same key ' +
  'with other arguments is refused with `REQUEST_ID_REUSED`.'

export const DAEMON_ID = 'ID of the calling daemon, one per machine, 1 to 512 characters. Example: `laptop`.'

export const CLAIMED_TASK = 'ID of the claimed task (`task_...`).'

export const CLAIM_TOKEN =
  'Fencing token from the claim. A token that is no longer current is refused with `STALE_CLAIM`.'

export const LEASE_SECONDS =
  'Lease of the claim in seconds, 1 to 3,600. Each heartbeat renews it for the same duration. Null: ' +
  '`serverTimers.claimLease` until the run starts, then `serverTimers.runLease`.'

export const WAIT_SECONDS =
  'Maximum time in seconds, 0 to 60, to keep the request open while there is no task. The response is sent as ' +
  'soon as there is one.'

export const PRIORITY = 'Priority, -1,000 to 1,000. A higher one is claimed first.'

export const ENDING = {
  sessionId: 'ID of the provider session that the run ended in, at most 1 KB. Null: the pinned session.',
  workDir: 'Work directory that the run ended in, at most 4 KB. Null: the pinned one.',
  retiredSessionId: 'ID of a session that the run retired permanently: no later run is offered it. Null: none.',
  transcriptMissing:
    "Whether the provider has not stored the session's transcript. The session then cannot be resumed.",
}
