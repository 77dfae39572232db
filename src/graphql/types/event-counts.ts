import type { ResumeReason } from '../../session-pointer/events.js'
import { builder } from '../builder.js'
import { callerOf } from '../context.js'
import type { Context } from '../context.js'
import { shownType } from '../event-lists.js'
import { SessionEventTypeRef } from './event-type.js'
import { ResumeReasonCountRef } from './resume-stats.js'
import type { ReasonCount } from './resume-stats.js'

/** Every event of a history is looked at. */
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
  description: 'How many events of one kind a history has.',
  fields: (t) => ({
    type: t.expose('type', { type: SessionEventTypeRef, description: 'The kind.' }),
    count: t.exposeInt('count', { description: 'How many events.' }),
  }),
})

export const EventCountsRef = builder.objectRef<EventCounts>('EventCounts').implement({
  description: 'The events of a conversation’s whole history, counted.',
  fields: (t) => ({
    toVersion: t.exposeInt('toVersion', {
      description: 'The newest event that was counted: what comes later is not in it.',
    }),
    byType: t.expose('byType', {
      type: [EventTypeCountRef],
      description: 'By kind; kinds without an event are left out.',
    }),
    byReason: t.expose('byReason', {
      type: [ResumeReasonCountRef],
      description: 'The claims, by the reason of their decision, the most frequent first.',
    }),
  }),
})

/** Read from the log itself: a history has no summary that could be behind. */
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
