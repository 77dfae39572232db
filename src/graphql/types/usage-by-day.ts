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

const whole = 'A whole number; runs that did not tell count as 0.'

const UsageOfDayRef = builder.objectRef<UsageOfDay>('UsageOfDay').implement({
  description: 'What the runs of an agent used that ended on one day and told their usage.',
  fields: (t) => ({
    day: t.exposeString('day', { description: 'The day in UTC, such as 2026-11-28.' }),
    agent: t.field({
      type: AgentRef,
      description: 'Whose runs.',
      resolve: ({ agentId }, _args, context) => required(context, agentById, agentId),
    }),
    runs: t.exposeInt('runs', { description: 'How many runs told their usage.' }),
    inputTokens: t.exposeFloat('inputTokens', { description: `Tokens read that no cache had. ${whole}` }),
    outputTokens: t.exposeFloat('outputTokens', { description: `Tokens written. ${whole}` }),
    cacheReadTokens: t.exposeFloat('cacheReadTokens', { description: `Tokens read from a cache. ${whole}` }),
    cacheWriteTokens: t.exposeFloat('cacheWriteTokens', { description: `Tokens written to a cache. ${whole}` }),
    costUsd: t.exposeFloat('costUsd', { description: 'US dollars; runs that did not tell count as 0.' }),
  }),
})

const sum = (key: string, type: string) =>
  Prisma.raw(`coalesce(sum((e.data->'usage'->>'${key}')::${type}), 0)::float8 AS "${key}"`)

builder.queryField('usageByDay', (t) =>
  t.field({
    type: [UsageOfDayRef],
    description:
      'What ended runs used, added up for each day and agent, newest day first. Of at most 366 days. Read from the log: an ' +
      'erased conversation counts as before.',
    authScopes: { read: true },
    args: {
      since: t.arg({ type: 'DateTime', validate: instant, description: 'From then on; null: 30 days before `until`.' }),
      until: t.arg({ type: 'DateTime', validate: instant, description: 'Before then; null: now.' }),
      agentId: t.arg.id({ validate: idRule, description: 'Only runs of this agent.' }),
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

/** By the index session_event_usage: its conditions stand here word for word. */
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
