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
  description: 'How often a decision was made for a reason.',
  fields: (t) => ({
    reason: t.expose('reason', { type: ResumeReasonRef, description: 'The reason.' }),
    count: t.exposeInt('count', { description: 'How many claims.' }),
  }),
})

interface ResumeStats {
  resumed: number
  hadSession: number
  byReason: ReasonCount[]
}

const claimsOf = ({ byReason }: ResumeStats): number => byReason.reduce((sum, { count }) => sum + count, 0)

const ResumeStatsRef = builder.objectRef<ResumeStats>('ResumeStats').implement({
  description: 'How often claims could go on in an earlier session, and why not.',
  fields: (t) => ({
    claims: t.int({ description: 'Claims that were given a decision.', resolve: claimsOf }),
    resumed: t.exposeInt('resumed', { description: 'Of these, told to resume a session.' }),
    fresh: t.int({
      description: 'Of these, told to start a fresh session.',
      resolve: (stats) => claimsOf(stats) - stats.resumed,
    }),
    hadSession: t.exposeInt('hadSession', {
      description:
        'Of these, where there was a session that could have been resumed: resumed, or denied it. Not among them: the first ' +
        'claim of a conversation (NO_PRIOR_SESSION), claims that were asked to be fresh (FORCED_FRESH), and RESUME_DISABLED ' +
        'where there had been no session.',
    }),
    byReason: t.expose('byReason', {
      type: [ResumeReasonCountRef],
      description: 'By reason, the most frequent first.',
    }),
  }),
})

builder.queryField('resumeStats', (t) =>
  t.field({
    type: ResumeStatsRef,
    description: 'What claims were told: of the workspace, or of an agent.',
    authScopes: { read: true },
    args: {
      since: t.arg({ type: 'DateTime', validate: instant, description: 'Only claims since then; null: all.' }),
      agentId: t.arg.id({ validate: idRule, description: 'Only claims of this agent’s tasks.' }),
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

/** RESUME_DISABLED comes before the question whether there is one (D2); its gap says that there was. */
const HAD_SESSION = Prisma.sql`
  e.data->'decision'->>'reason' NOT IN ('NO_PRIOR_SESSION', 'FORCED_FRESH')
  AND (e.data->'decision'->>'reason' <> 'RESUME_DISABLED' OR (e.data->'decision'->'continuityGap')::boolean)`

export function ofAgent(workspaceId: string, agentId: string): Prisma.Sql {
  return Prisma.sql`AND e."conversationId" IN (
    SELECT c.id FROM conversation c WHERE c."workspaceId" = ${workspaceId} AND c."agentId" = ${agentId})`
}
