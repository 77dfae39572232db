import type { Result } from '../api/request.js'

type ConversationNode = Extract<NonNullable<Result<'EventsBefore'>['node']>, { events: unknown }>
export type SessionEvent = ConversationNode['events']['nodes'][number]

type Payload = NonNullable<SessionEvent['payload']>
type Kind = Payload['__typename']
export type Told<K extends Kind> = Extract<Payload, { __typename: K }>

/** The event's payload, if it is of that kind. */
export function told<K extends Kind>({ payload }: SessionEvent, kind: K): Told<K> | null {
  return payload?.__typename === kind ? (payload as Told<K>) : null
}

/** The decision that a claim's event recorded; null for other events and for imported claims, which have no decision. */
export function claimOf(event: SessionEvent): Told<'TaskClaimed'>['decision'] {
  return told(event, 'TaskClaimed')?.decision ?? null
}

/** The payload of a run's end. */
export function endingOf(event: SessionEvent): Told<'TaskCompleted'> | Told<'TaskFailed'> | null {
  return told(event, 'TaskCompleted') ?? told(event, 'TaskFailed')
}

/** The session that the event names: pinned, reported at an end, reset or imported; for a claim, the offered one. */
export function sessionOf(event: SessionEvent): string | null {
  const { payload } = event
  if (payload === null) return null
  return 'sessionId' in payload ? payload.sessionId : (claimOf(event)?.sessionId ?? null)
}
