/**
 * The most that one token can accumulate, where the size of a single call sets no bound. An excess is refused with
 * BAD_USER_INPUT and the field; docs/operate.md lists the bounds. No bound keeps a run from ending: completeTask, failTask
 * and releaseTask are never refused for what a run has accumulated.
 */

/** Progress entries per task, over all its claims. */
export const MOST_PROGRESS_ENTRIES = 10_000

/** UTF-8 bytes of a task's progress entries, kinds and texts together. */
export const MOST_PROGRESS_BYTES = 16 * 1024 * 1024

/** Provider sessions named by the pins of one task. Each enlarges the conversation's session state. */
export const MOST_SESSIONS_PER_TASK = 100

/** Runtimes per daemonId, deregistered ones included. */
export const MOST_RUNTIMES_PER_DAEMON = 100

/** Tokens per workspace that are neither revoked nor expired. */
export const MOST_TOKENS = 10_000
