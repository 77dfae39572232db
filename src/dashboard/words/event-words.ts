import { flagField, sessionOf, textField } from './event-facts.js'
import type { SessionEvent } from './event-facts.js'
import { firstLine, shortPath, shortSession } from './id-words.js'

/** Which kind of step it is: what the filters of a history go by. */
export type Step = 'claims' | 'runs' | 'endings' | 'queue' | 'messages' | 'changes'

export const STEPS: Readonly<Record<Step, string>> = {
  claims: 'Claims',
  runs: 'Runs',
  endings: 'Endings',
  queue: 'Queue',
  messages: 'Messages',
  changes: 'By hand',
}

/** Names that the event does not hold itself. */
export interface Names {
  runtime: (id: string | null | undefined) => string
  message: (event: SessionEvent) => string | null
}

interface EventWords {
  step: Step
  glyph: string
  /** How it is meant: for its colour. */
  mood: 'good' | 'bad' | 'active' | 'quiet'
  text: string
}

export function wordsOfEvent(event: SessionEvent, names: Names): EventWords {
  const on = names.runtime(event.runtime?.id)
  switch (event.type) {
    case 'CONVERSATION_OPENED':
      return { step: 'messages', glyph: '◦', mood: 'quiet', text: 'Conversation opened' }
    case 'MESSAGE_POSTED': {
      const said = names.message(event)
      const who = textField(event, 'role') === 'ASSISTANT' ? 'Reply' : 'Message'
      return {
        step: 'messages',
        glyph: '❝',
        mood: 'quiet',
        text: said === null ? who : said === '' ? `${who} (erased)` : `${who}: ${firstLine(said, 120)}`,
      }
    }
    case 'TASK_ENQUEUED':
      return { step: 'queue', glyph: '+', mood: 'quiet', text: `Queued for ${on}${queuedAs(event)}` }
    case 'TASK_RETARGETED': {
      const from = names.runtime(textField(event, 'fromRuntimeId'))
      return { step: 'queue', glyph: '⇢', mood: 'quiet', text: `Moved from ${from} to ${on}` }
    }
    case 'TASK_CLAIMED':
      return { step: 'claims', glyph: '◆', mood: 'active', text: `Claimed by ${on}` }
    case 'TASK_STARTED':
      return { step: 'runs', glyph: '▸', mood: 'active', text: startedAs(event) }
    case 'SESSION_PINNED':
      return { step: 'runs', glyph: '⚲', mood: 'quiet', text: `Reported ${pinned(event)}` }
    case 'TASK_RELEASED':
      return { step: 'queue', glyph: '↩', mood: 'quiet', text: releasedAs(event) }
    case 'TASK_COMPLETED': {
      const lost =
        flagField(event, 'transcriptMissing') === true ? ', but the provider had not stored its transcript' : ''
      return { step: 'endings', glyph: '✓', mood: 'good', text: `Completed${lost}${gaveUp(event)}` }
    }
    case 'TASK_FAILED':
      return { step: 'endings', glyph: '✕', mood: 'bad', text: `Failed: ${failedAs(event)}${gaveUp(event)}` }
    case 'TASK_CANCELLED':
      return { step: 'endings', glyph: '⊘', mood: 'quiet', text: because('Cancelled', textField(event, 'reason')) }
    case 'SESSION_RESET':
      return { step: 'changes', glyph: '⌫', mood: 'bad', text: because(resetOf(event), textField(event, 'reason')) }
    case 'POINTER_IMPORTED':
      return { step: 'changes', glyph: '⇣', mood: 'quiet', text: 'Pointer imported from outside history' }
    case 'CONVERSATION_ERASED':
      return { step: 'changes', glyph: '␡', mood: 'bad', text: 'Texts erased' }
    case 'UNKNOWN':
      return { step: 'changes', glyph: '?', mood: 'bad', text: `${event.rawType}: unknown to this server` }
  }
}

function queuedAs(event: SessionEvent): string {
  if (textField(event, 'rerunOf') !== null) return ' as a rerun'
  if (textField(event, 'retryOf') !== null) return ' as an automatic retry'
  return flagField(event, 'forceFreshSession') === true ? ', with a fresh session' : ''
}

function startedAs(event: SessionEvent): string {
  const result = textField(event, 'resumeResult')
  if (result === 'RESUMED') return 'Started: the provider resumed the session'
  if (result === 'REFUSED') return 'Started: the provider refused the session, which is retired'
  return result === 'NOT_ATTEMPTED' ? 'Started with a new session' : 'Started'
}

function pinned(event: SessionEvent): string {
  const session = sessionOf(event)
  const workDir = textField(event, 'workDir')
  const late = fieldIsSet(event, 'cancelledVersion') ? ' after it was cancelled' : ''
  if (session === null) return `work directory ${shortPath(workDir ?? '')}${late}`
  return `session ${shortSession(session)}${workDir === null ? '' : ` in ${shortPath(workDir)}`}${late}`
}

function releasedAs(event: SessionEvent): string {
  if (textField(event, 'cause') === 'LEASE_EXPIRED') return 'Claim expired before it started'
  return because('Claim given back', textField(event, 'reason'))
}

function failedAs(event: SessionEvent): string {
  const repeats = flagField(event, 'resumeSafe') === false ? ', would repeat on resume' : ''
  return `${textField(event, 'failureReason') ?? 'no reason given'}${repeats}`
}

function gaveUp(event: SessionEvent): string {
  const retired = textField(event, 'retiredSessionId')
  return retired === null ? '' : `; session ${shortSession(retired)} given up for good`
}

function resetOf(event: SessionEvent): string {
  const session = textField(event, 'sessionId')
  return session === null ? 'Every session dropped' : `Session ${shortSession(session)} dropped`
}

function because(text: string, reason: string | null): string {
  return reason === null || reason === '' ? text : `${text}: ${reason}`
}

function fieldIsSet(event: SessionEvent, name: string): boolean {
  const { data } = event
  return typeof data === 'object' && data !== null && (data as Record<string, unknown>)[name] != null
}
