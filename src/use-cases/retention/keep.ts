/** How long what has ended is kept, in days. 0: for ever. */
export interface Keep {
  /** Progress of tasks, after their end. */
  progressDays: number
  /** Prompts, messages, outputs and all other texts of a turn, after its end. */
  textsDays: number
  /** Conversations in which nothing happens any more, after the last that did. */
  conversationsDays: number
}

const DAY_MS = 86_400_000

/** What ended before it is to go; null: nothing is. */
export function cutoffOf(days: number, now: Date): Date | null {
  return days === 0 ? null : new Date(now.getTime() - days * DAY_MS)
}
