import type { Result } from '../api/request.js'

type ConversationNode = Extract<NonNullable<Result<'EventsBefore'>['node']>, { events: unknown }>
export type SessionEvent = ConversationNode['events']['nodes'][number]

/** What a claim was told, as its event recorded it. */
export interface ClaimFacts {
  outcome: string
  reason: string
  sessionId: string | null
  workDir: string | null
  continuityGap: boolean
  agentRevision: number | null
  account: string | null
  store: string | null
}

/** null: no claim, or one of outside history, where no decision was recorded. */
export function claimOf(event: SessionEvent): ClaimFacts | null {
  if (event.type !== 'TASK_CLAIMED') return null
  const decision = fieldsOf(fieldsOf(event.data)['decision'])
  const outcome = text(decision['outcome'])
  const reason = text(decision['reason'])
  if (outcome === null || reason === null) return null
  return {
    ...{ outcome, reason, sessionId: text(decision['sessionId']), workDir: text(decision['workDir']) },
    continuityGap: decision['continuityGap'] === true,
    agentRevision: typeof decision['agentRevision'] === 'number' ? decision['agentRevision'] : null,
    ...{ account: text(decision['account']), store: text(decision['store']) },
  }
}

/** The session that the event itself names: pinned, reported at an end, reset or imported; of a claim, the offered one. */
export function sessionOf(event: SessionEvent): string | null {
  return claimOf(event)?.sessionId ?? textField(event, 'sessionId')
}

/** A text of the event's data; null where it is not there. */
export function textField(event: SessionEvent, name: string): string | null {
  return text(fieldsOf(event.data)[name])
}

export function flagField(event: SessionEvent, name: string): boolean | null {
  const value = fieldsOf(event.data)[name]
  return typeof value === 'boolean' ? value : null
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
