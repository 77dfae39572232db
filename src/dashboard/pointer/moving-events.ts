import { claimOf, endingOf, sessionOf, told } from '../words/event-facts.js'
import type { SessionEvent } from '../words/event-facts.js'

/**
 * The events (oldest first) after which the pointer may have changed: all that change it, and some that do not. Only the
 * server has the rules, so the page asks it for the value. This function only leaves out unnecessary questions.
 */
export function mayMovePointer(events: readonly SessionEvent[]): SessionEvent[] {
  const moving: SessionEvent[] = []
  let named: string | null = null
  let offered: string | null = null
  let isFirst = true
  for (const event of events) {
    const claim = claimOf(event)
    if (event.type === 'TASK_CLAIMED') offered = claim?.sessionId ?? null
    const session = event.type === 'TASK_CLAIMED' ? null : sessionOf(event)
    const ending = endingOf(event)
    const failure = told(event, 'TaskFailed')
    const harms =
      event.type === 'SESSION_RESET' ||
      event.type === 'POINTER_IMPORTED' ||
      event.type === 'UNKNOWN' ||
      (ending !== null && (ending.retiredSessionId !== null || ending.transcriptMissing)) ||
      told(event, 'TaskStarted')?.resumeResult === 'REFUSED' ||
      (failure !== null && (!failure.resumeSafe || offered !== null))
    if (isFirst || harms || (session !== null && session !== named)) moving.push(event)
    // After a harmful event, naming the same session again may move the pointer again.
    named = harms ? null : (session ?? named)
    isFirst = false
  }
  return moving
}
