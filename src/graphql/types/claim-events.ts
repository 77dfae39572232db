import { Prisma } from '../../generated/prisma/client.js'
import type { SessionEvent } from '../../generated/prisma/client.js'
import { builder } from '../builder.js'
import { callerOf } from '../context.js'
import { id as idRule, instant } from '../input-rules.js'
import { resolveConnection } from '../keyset-connection.js'
import type { Slice } from '../keyset-connection.js'
import { SessionEventConnection, SessionEventRef } from '../refs.js'
import { ResumeReasonRef } from './decision-enums.js'
import { ofAgent } from './resume-stats.js'

/** Positions in cursors are padded to this many digits, so that they sort as text. */
const DIGITS = 19

const keyOf = ({ position }: SessionEvent): string => String(position).padStart(DIGITS, '0')

function within({ gt, gte, lt, lte }: Slice<string>['range']): Prisma.Sql[] {
  return [
    ...(gt === undefined ? [] : [Prisma.sql`AND e.position > ${BigInt(gt)}`]),
    ...(gte === undefined ? [] : [Prisma.sql`AND e.position >= ${BigInt(gte)}`]),
    ...(lt === undefined ? [] : [Prisma.sql`AND e.position < ${BigInt(lt)}`]),
    ...(lte === undefined ? [] : [Prisma.sql`AND e.position <= ${BigInt(lte)}`]),
  ]
}

builder.queryField('claimEvents', (t) =>
  t.connection(
    {
      type: SessionEventRef,
      description:
        'The `TASK_CLAIMED` events that `resumeStats` counts, newest first. Imported claims have no decision and ' +
        'are omitted.',
      authScopes: { read: true },
      args: {
        since: t.arg({
          type: 'DateTime',
          validate: instant,
          description: 'Only claims at or after this time. Null: all.',
        }),
        agentId: t.arg.id({
          validate: idRule,
          description: "Only claims of this agent's tasks (`agt_...`). Null: all.",
        }),
        reasons: t.arg({
          type: [ResumeReasonRef],
          description: 'Only claims whose decision has one of these reasons. Null: all.',
        }),
      },
      resolve: (_root, { since, agentId, reasons, ...page }, context) => {
        const { workspaceId } = callerOf(context)
        const { prisma } = context.services.database
        return resolveConnection(page, {
          order: 'desc',
          keyOf,
          parseCursor: (text) => (/^\d{19}$/.test(text) ? text : null),
          rows: ({ range, order, take }) => prisma.$queryRaw<SessionEvent[]>`
            SELECT e.* FROM session_event e
            WHERE e."workspaceId" = ${workspaceId} AND e.type = 'TASK_CLAIMED'
              AND e.data->'decision'->>'reason' IS NOT NULL
              ${reasons == null ? Prisma.empty : Prisma.sql`AND e.data->'decision'->>'reason' = ANY(${reasons}::text[])`}
              ${since == null ? Prisma.empty : Prisma.sql`AND e."occurredAt" >= ${since}`}
              ${agentId == null ? Prisma.empty : ofAgent(workspaceId, agentId)}
              ${Prisma.join([Prisma.empty, ...within({ ...range })], ' ')}
            ORDER BY e.position ${order === 'asc' ? Prisma.sql`ASC` : Prisma.sql`DESC`} LIMIT ${take}`,
        })
      },
    },
    SessionEventConnection,
  ),
)
