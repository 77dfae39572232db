import type { SessionEvent, Told } from './event-facts.js'
import { firstLine, shortPath, shortSession } from './id-words.js'

/** The kind of step. The filters of a history select by it. */
export type Step = 'claims' | 'runs' | 'endings' | 'queue' | 'messages' | 'changes'

export const STEPS: Readonly<Record<Step, string>> = {
  claims: 'Claims',
  runs: 'Runs',
  endings: 'Endings',
  queue: 'Queue',
  messages: 'Messages',
  changes: 'By hand',
}

/** The step of each event type. */
export const STEP_OF: Readonly<Record<SessionEvent['type'], Step>> = {
  CONVERSATION_OPENED: 'messages',
  MESSAGE_POSTED: 'messages',
  TASK_ENQUEUED: 'queue',
  TASK_RETARGETED: 'queue',
  TASK_CLAIMED: 'claims',
  TASK_STARTED: 'runs',
  SESSION_PINNED: 'runs',
  TASK_RELEASED: 'queue',
  TASK_COMPLETED: 'endings',
  TASK_FAILED: 'endings',
  TASK_CANCELLED: 'endings',
  SESSION_RESET: 'changes',
  POINTER_IMPORTED: 'changes',
  CONVERSATION_ERASED: 'changes',
  CONVERSATION_SEALED: 'changes',
  CONVERSATION_RESTORED: 'changes',
  UNKNOWN: 'changes',
}

/** Names that the event itself does not hold. */
export interface Names {
  runtime: (id: string | null | undefined) => string
  message: (event: SessionEvent) => string | null
}

interface EventWords {
  glyph: string
  /** The mood sets the colour. */
  mood: 'good' | 'bad' | 'active' | 'quiet'
  text: string
}

export function wordsOfEvent(event: SessionEvent, names: Names): EventWords {
  const { payload } = event
  const on = names.runtime(event.runtime?.id)
  if (payload === null) {
    return { glyph: '?', mood: 'bad', text: `${event.rawType}: unknown to this server` }
  }
  switch (payload.__typename) {
    case 'ConversationOpened':
      return { glyph: '◦', mood: 'quiet', text: 'Conversation opened' }
    case 'MessagePosted': {
      const said = names.message(event)
      const who = payload.role === 'ASSISTANT' ? 'Reply' : 'Message'
      return {
        glyph: '❝',
        mood: 'quiet',
        text: said === null ? who : said === '' ? `${who} (erased)` : `${who}: ${firstLine(said, 120)}`,
      }
    }
    case 'TaskEnqueued':
      return { glyph: '+', mood: 'quiet', text: `Queued for ${on}${queuedAs(payload)}` }
    case 'TaskRetargeted': {
      const from = names.runtime(payload.fromRuntimeId)
      return { glyph: '⇢', mood: 'quiet', text: `Moved from ${from} to ${on}` }
    }
    case 'TaskClaimed':
      return { glyph: '◆', mood: 'active', text: `Claimed by ${on}` }
    case 'TaskStarted':
      return { glyph: '▸', mood: 'active', text: startedAs(payload) }
    case 'SessionPinned':
      return { glyph: '⚲', mood: 'quiet', text: `Reported ${pinned(payload)}` }
    case 'TaskReleased':
      return { glyph: '↩', mood: 'quiet', text: releasedAs(payload) }
    case 'TaskCompleted': {
      const lost = payload.transcriptMissing ? ', but the provider had not stored its transcript' : ''
      return { glyph: '✓', mood: 'good', text: `Completed${lost}${gaveUp(payload)}` }
    }
    case 'TaskFailed':
      return { glyph: '✕', mood: 'bad', text: `Failed: ${failedAs(payload)}${gaveUp(payload)}` }
    case 'TaskCancelled':
      return { glyph: '⊘', mood: 'quiet', text: because('Cancelled', payload.reason) }
    case 'SessionReset':
      return { glyph: '⌫', mood: 'bad', text: because(resetOf(payload), payload.reason) }
    case 'PointerImported':
      return { glyph: '⇣', mood: 'quiet', text: 'Pointer imported from outside history' }
    case 'ConversationErased':
      return { glyph: '␡', mood: 'bad', text: 'Texts erased' }
    case 'ConversationSealed':
      return { glyph: '▣', mood: 'quiet', text: 'Archived: the events are in a file' }
    case 'ConversationRestored':
      return { glyph: '▢', mood: 'quiet', text: 'Restored from the archive' }
  }
}

function queuedAs({ rerunOf, retryOf, forceFreshSession }: Told<'TaskEnqueued'>): string {
  if (rerunOf !== null) return ' as a rerun'
  if (retryOf !== null) return ' as an automatic retry'
  return forceFreshSession ? ', with a fresh session' : ''
}

function startedAs({ resumeResult }: Told<'TaskStarted'>): string {
  if (resumeResult === 'RESUMED') return 'Started: the provider resumed the session'
  if (resumeResult === 'REFUSED') return 'Started: the provider refused the session, which is retired'
  return resumeResult === 'NOT_ATTEMPTED' ? 'Started with a new session' : 'Started'
}

function pinned({ sessionId, workDir, cancelledVersion }: Told<'SessionPinned'>): string {
  const late = cancelledVersion === null ? '' : ' after it was cancelled'
  if (sessionId === null) return `work directory ${shortPath(workDir ?? '')}${late}`
  return `session ${shortSession(sessionId)}${workDir === null ? '' : ` in ${shortPath(workDir)}`}${late}`
}

function releasedAs({ cause, reason }: Told<'TaskReleased'>): string {
  return cause === 'LEASE_EXPIRED' ? 'Claim expired before it started' : because('Claim given back', reason)
}

function failedAs({ failureReason, resumeSafe }: Told<'TaskFailed'>): string {
  return `${failureReason}${resumeSafe ? '' : ', would repeat on resume'}`
}

function gaveUp({ retiredSessionId }: Told<'TaskCompleted'> | Told<'TaskFailed'>): string {
  return retiredSessionId === null ? '' : `; session ${shortSession(retiredSessionId)} given up for good`
}

function resetOf({ sessionId }: Told<'SessionReset'>): string {
  return sessionId === null ? 'Every session dropped' : `Session ${shortSession(sessionId)} dropped`
}

function because(text: string, reason: string | null): string {
  return reason === null || reason === '' ? text : `${text}: ${reason}`
}
