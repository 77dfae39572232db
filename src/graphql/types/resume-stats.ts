import { Prisma } from '../../generated/prisma/client.js'
import type { ResumeReason } from '../../session-pointer/events.js'
import { builder } from '../builder.js'
import { callerOf } from '../context.js'
import { id as idRule, instant } from '../input-rules.js'
import { ResumeReasonRef } from './decision-enums.js'

export interface ReasonCount {
  reason: ResumeReason
  count: number
}

export const ResumeReasonCountRef = builder.objectRef<ReasonCount>('ResumeReasonCount').implement({
  description: 'Number of claims whose decision has a given reason.',
  fields: (t) => ({
    reason: t.expose('reason', { type: ResumeReasonRef, description: 'Reason of the decision.' }),
    count: t.exposeInt('count', { description: 'Number of claims, at least 1.' }),
  }),
})

interface ResumeStats {
  resumed: number
  hadSession: number
  byReason: ReasonCount[]
}

const claimsOf = ({ byReason }: ResumeStats): number => byReason.reduce((sum, { count }) => sum + count, 0)

const ResumeStatsRef = builder.objectRef<ResumeStats>('ResumeStats').implement({
  description: 'How often claims resumed a session, and why not.',
  fields: (t) => ({
    claims: t.int({ description: 'Number of claims with a decision.', resolve: claimsOf }),
    resumed: t.exposeInt('resumed', { description: 'Number of these claims that resumed a session.' }),
    fresh: t.int({
      description: 'Number of these claims that started a fresh session.',
      resolve: (stats) => claimsOf(stats) - stats.resumed,
    }),
    hadSession: t.exposeInt('hadSession', {
      description:
        'Number of these claims that had a session to resume, whether it was resumed or denied. Not counted: ' +
        'claims without an earlier session (`NO_PRIOR_SESSION`, and `RESUME_DISABLED` in such a case) and ' +
        'requested fresh starts (`FORCED_FRESH`). The resume rate is `resumed` divided by `hadSession`.',
    }),
    byReason: t.expose('byReason', {
      type: [ResumeReasonCountRef],
      description: 'Counts by reason, most frequent first.',
    }),
  }),
})

builder.queryField('resumeStats', (t) =>
  t.field({
    type: ResumeStatsRef,
    description: 'Statistics of resume decisions in the workspace or of an agent.',
    authScopes: { read: true },
    args: {
      since: t.arg({
        type: 'DateTime',
        validate: instant,
        description: 'Only claims at or after this time. Null: all.',
      }),
      agentId: t.arg.id({ validate: idRule, description: "Only claims of this agent's tasks (`agt_...`). Null: all." }),
    },
    resolve: async (_root, { since, agentId }, context) => {
      const { workspaceId } = callerOf(context)
      const rows = await context.services.database.prisma.$queryRaw<
        { resumed: boolean; reason: string; count: bigint; hadSession: bigint }[]
      >`
        SELECT e.data->'decision'->>'outcome' = 'RESUME' AS resumed, e.data->'decision'->>'reason' AS reason, count(*),
          count(*) FILTER (WHERE ${HAD_SESSION}) AS "hadSession"
        FROM session_event e
        WHERE e."workspaceId" = ${workspaceId} AND e.type = 'TASK_CLAIMED' AND e.data->'decision'->>'reason' IS NOT NULL
          ${since == null ? Prisma.empty : Prisma.sql`AND e."occurredAt" >= ${since}`}
          ${agentId == null ? Prisma.empty : ofAgent(workspaceId, agentId)}
        GROUP BY 1, 2 ORDER BY count(*) DESC, 2`
      const byReason = rows.map(({ reason, count }) => ({ reason: reason as ResumeReason, count: Number(count) }))
      return {
        byReason,
        resumed: rows.reduce((sum, row) => sum + (row.resumed ? Number(row.count) : 0), 0),
        hadSession: rows.reduce((sum, row) => sum + Number(row.hadSession), 0),
      }
    },
  }),
)

/** RESUME_DISABLED (D2) is decided before looking for a session; its continuity gap shows that there was one. */
const HAD_SESSION = Prisma.sql`
  e.data->'decision'->>'reason' NOT IN ('NO_PRIOR_SESSION', 'FORCED_FRESH')
  AND (e.data->'decision'->>'reason' <> 'RESUME_DISABLED' OR (e.data->'decision'->'continuityGap')::boolean)`

export function ofAgent(workspaceId: string, agentId: string): Prisma.Sql {
  return Prisma.sql`AND e."conversationId" IN (
    SELECT c.id FROM conversation c WHERE c."workspaceId" = ${workspaceId} AND c."agentId" = ${agentId})`
}
