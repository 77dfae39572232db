import { Prisma } from '../../generated/prisma/client.js'
import { builder } from '../builder.js'
import { callerOf } from '../context.js'
import { badUserInput } from '../errors.js'
import { id as idRule, instant } from '../input-rules.js'
import { agentById } from '../loaders/rows.js'
import { AgentRef } from '../refs.js'
import { required } from '../relations.js'

const DAY_MS = 86_400_000
const DEFAULT_DAYS = 30
const MOST_DAYS = 366

interface UsageOfDay {
  day: string
  agentId: string
  runs: number
  inputTokens: number
  outputTokens: number
  cacheReadTokens: number
  cacheWriteTokens: number
  costUsd: number
}

const whole = 'A whole number. Runs that did not report it count as 0.'

const UsageOfDayRef = builder.objectRef<UsageOfDay>('UsageOfDay').implement({
  description: "Total usage of an agent's runs that ended on one day and reported their usage.",
  fields: (t) => ({
    day: t.exposeString('day', { description: 'The day in UTC. Example: `2026-11-28`.' }),
    agent: t.field({
      type: AgentRef,
      description: 'The agent of the runs.',
      resolve: ({ agentId }, _args, context) => required(context, agentById, agentId),
    }),
    runs: t.exposeInt('runs', { description: 'Number of runs that reported their usage.' }),
    inputTokens: t.exposeFloat('inputTokens', {
      description: `Input tokens that were not read from a cache. ${whole}`,
    }),
    outputTokens: t.exposeFloat('outputTokens', { description: `Output tokens, including reasoning. ${whole}` }),
    cacheReadTokens: t.exposeFloat('cacheReadTokens', { description: `Input tokens read from a cache. ${whole}` }),
    cacheWriteTokens: t.exposeFloat('cacheWriteTokens', { description: `Input tokens written to a cache. ${whole}` }),
    costUsd: t.exposeFloat('costUsd', { description: 'Cost in US dollars. Runs that did not report it count as 0.' }),
  }),
})

const sum = (key: string, type: string) =>
  Prisma.raw(`coalesce(sum((e.data->'usage'->>'${key}')::${type}), 0)::float8 AS "${key}"`)

builder.queryField('usageByDay', (t) =>
  t.field({
    type: [UsageOfDayRef],
    description:
      'Usage of ended runs by day and agent, newest day first, over at most 366 days. It is read from the log, ' +
      'so erasing texts does not change it.',
    authScopes: { read: true },
    args: {
      since: t.arg({
        type: 'DateTime',
        validate: instant,
        description: 'Start of the period, inclusive. Null: 30 days before `until`.',
      }),
      until: t.arg({ type: 'DateTime', validate: instant, description: 'End of the period, exclusive. Null: now.' }),
      agentId: t.arg.id({ validate: idRule, description: 'Only runs of this agent (`agt_...`). Null: all.' }),
    },
    resolve: async (_root, { since, until, agentId }, context) => {
      const end = until ?? context.services.clock.now()
      const start = since ?? new Date(end.getTime() - DEFAULT_DAYS * DAY_MS)
      if (end.getTime() - start.getTime() > MOST_DAYS * DAY_MS) {
        throw badUserInput([{ path: 'since', message: `must be at most ${MOST_DAYS} days before until.` }])
      }
      return usageBetween(context, start, end, agentId ?? null)
    },
  }),
)

/** The conditions repeat those of the partial index session_event_usage word for word, so that it is used. */
function usageBetween(
  context: Parameters<typeof callerOf>[0],
  start: Date,
  end: Date,
  agentId: string | null,
): Promise<UsageOfDay[]> {
  const { workspaceId } = callerOf(context)
  return context.services.database.prisma.$queryRaw<UsageOfDay[]>`
    SELECT to_char(e."occurredAt" AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day, t."agentId", count(*)::int AS runs,
      ${sum('inputTokens', 'bigint')}, ${sum('outputTokens', 'bigint')}, ${sum('cacheReadTokens', 'bigint')},
      ${sum('cacheWriteTokens', 'bigint')}, ${sum('costUsd', 'float8')}
    FROM session_event e JOIN task_row t ON t."workspaceId" = e."workspaceId" AND t.id = e."taskId"
    WHERE e."workspaceId" = ${workspaceId} AND e.type IN ('TASK_COMPLETED', 'TASK_FAILED') AND e.data ? 'usage'
      AND e."occurredAt" >= ${start} AND e."occurredAt" < ${end}
      ${agentId === null ? Prisma.empty : Prisma.sql`AND t."agentId" = ${agentId}`}
    GROUP BY 1, 2 ORDER BY 1 DESC, 2`
}
