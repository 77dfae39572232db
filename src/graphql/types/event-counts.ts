import type { ResumeReason } from '../../session-pointer/events.js'
import { builder } from '../builder.js'
import { callerOf } from '../context.js'
import type { Context } from '../context.js'
import { shownType } from '../event-lists.js'
import { SessionEventTypeRef } from './event-type.js'
import { ResumeReasonCountRef } from './resume-stats.js'
import type { ReasonCount } from './resume-stats.js'

/** Counting reads every event of the history. */
export const COUNTS_COST = 500

interface TypeCount {
  type: ReturnType<typeof shownType>
  count: number
}

interface EventCounts {
  toVersion: number
  byType: TypeCount[]
  byReason: ReasonCount[]
}

const EventTypeCountRef = builder.objectRef<TypeCount>('EventTypeCount').implement({
  description: 'Number of events of one type in a history.',
  fields: (t) => ({
    type: t.expose('type', { type: SessionEventTypeRef, description: 'Type of the events.' }),
    count: t.exposeInt('count', { description: 'Number of events of this type, at least 1.' }),
  }),
})

export const EventCountsRef = builder.objectRef<EventCounts>('EventCounts').implement({
  description: "Event counts of a conversation's whole history.",
  fields: (t) => ({
    toVersion: t.exposeInt('toVersion', {
      description: 'Version of the newest counted event. 0 if there are no events.',
    }),
    byType: t.expose('byType', {
      type: [EventTypeCountRef],
      description: 'Counts by event type, most frequent first. Types without events are omitted.',
    }),
    byReason: t.expose('byReason', {
      type: [ResumeReasonCountRef],
      description: 'Counts of claims by the reason of their decision, most frequent first.',
    }),
  }),
})

/** Counts in the log itself, so the numbers are never behind it. */
export async function countEvents(context: Context, conversationId: string): Promise<EventCounts> {
  const { workspaceId } = callerOf(context)
  const rows = await context.services.database.prisma.$queryRaw<
    { type: string; reason: string | null; count: bigint; newest: number }[]
  >`
    SELECT e.type, CASE e.type WHEN 'TASK_CLAIMED' THEN e.data->'decision'->>'reason' END AS reason,
      count(*), max(e.version) AS newest
    FROM session_event e
    WHERE e."workspaceId" = ${workspaceId} AND e."conversationId" = ${conversationId}
    GROUP BY 1, 2 ORDER BY count(*) DESC, 1, 2`
  const byType = new Map<TypeCount['type'], number>()
  for (const { type, count } of rows) byType.set(shownType(type), (byType.get(shownType(type)) ?? 0) + Number(count))
  return {
    toVersion: Math.max(0, ...rows.map(({ newest }) => newest)),
    byType: [...byType].map(([type, count]) => ({ type, count })),
    byReason: rows.flatMap(({ reason, count }) =>
      reason === null ? [] : [{ reason: reason as ResumeReason, count: Number(count) }],
    ),
  }
}
