import type { Result } from '../api/request.js'

type ConversationNode = Extract<NonNullable<Result<'EventsBefore'>['node']>, { events: unknown }>
export type SessionEvent = ConversationNode['events']['nodes'][number]

type Payload = NonNullable<SessionEvent['payload']>
type Kind = Payload['__typename']
export type Told<K extends Kind> = Extract<Payload, { __typename: K }>

/** What the event tells, if it is of that kind. */
export function told<K extends Kind>({ payload }: SessionEvent, kind: K): Told<K> | null {
  return payload?.__typename === kind ? (payload as Told<K>) : null
}

/** What a claim was told, as its event recorded it. null: no claim, or one of outside history, which has no decision. */
export function claimOf(event: SessionEvent): Told<'TaskClaimed'>['decision'] {
  return told(event, 'TaskClaimed')?.decision ?? null
}

/** What a run's end says about its session. */
export function endingOf(event: SessionEvent): Told<'TaskCompleted'> | Told<'TaskFailed'> | null {
  return told(event, 'TaskCompleted') ?? told(event, 'TaskFailed')
}

/** The session that the event itself names: pinned, reported at an end, reset or imported; of a claim, the offered one. */
export function sessionOf(event: SessionEvent): string | null {
  const { payload } = event
  if (payload === null) return null
  return 'sessionId' in payload ? payload.sessionId : (claimOf(event)?.sessionId ?? null)
}
