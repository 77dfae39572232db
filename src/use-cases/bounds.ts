/**
 * What one token can pile up at most, where the size of a single call does not bound it. Each is refused with
 * BAD_USER_INPUT and its field; docs/operate.md lists them. None of them keeps a run from ending: completeTask,
 * failTask and releaseTask are never refused for what a run has piled up before.
 */

/** Entries of progress that a task keeps, over all its claims. */
export const MOST_PROGRESS_ENTRIES = 10_000

/** Bytes of UTF-8 that a task's entries of progress keep, kinds and texts together. */
export const MOST_PROGRESS_BYTES = 16 * 1024 * 1024

/** Provider sessions that the pins of one task name. The session state of the conversation grows with each. */
export const MOST_SESSIONS_PER_TASK = 100

/** Runtimes of one daemonId, deregistered ones included. */
export const MOST_RUNTIMES_PER_DAEMON = 100

/** Tokens of a workspace that are neither revoked nor expired. */
export const MOST_TOKENS = 10_000
