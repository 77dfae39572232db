/** Retention periods in days; 0 means forever. */
export interface Keep {
  /** Progress of tasks, counted from their end. */
  progressDays: number
  /** Prompts, messages, outputs and all other texts of a turn, counted from its end. */
  textsDays: number
  /** Closed conversations, counted from their last activity. */
  conversationsDays: number
}

const DAY_MS = 86_400_000

/** What ended before this time expires; null: nothing does. */
export function cutoffOf(days: number, now: Date): Date | null {
  return days === 0 ? null : new Date(now.getTime() - days * DAY_MS)
}
