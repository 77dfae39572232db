import { connection } from './mock-connection.js'
import type { PageArgs } from './mock-connection.js'
import type { MockNodes } from './mock-nodes.js'
import type { World, WorldEvent } from './world.js'

interface Of {
  since?: string | null
  agentId?: string | null
}

type Claimed = Extract<WorldEvent, { type: 'TASK_CLAIMED' }>

/** The claims that were given a decision, oldest first. */
export function decisionsSince(world: World, since: string | null, agentId: string | null): Claimed[] {
  return world.log.flatMap((event) =>
    event.type === 'TASK_CLAIMED' &&
    event.data.decision !== null &&
    (since === null || Date.parse(event.occurredAt) >= Date.parse(since)) &&
    (agentId ?? world.conversation(event.conversationId).agentId) === world.conversation(event.conversationId).agentId
      ? [event]
      : [],
  )
}

const OTHERWISE = ['NO_PRIOR_SESSION', 'FORCED_FRESH']

/** How sessions fare, and what runs used. */
export function mockHealth(world: World, nodes: MockNodes) {
  return {
    resumeStats: ({ since, agentId }: Of) => {
      const decisions = decisionsSince(world, since ?? null, agentId ?? null).flatMap(({ data }) => data.decision ?? [])
      const counts = new Map<string, number>()
      for (const { reason } of decisions) counts.set(reason, (counts.get(reason) ?? 0) + 1)
      return {
        claims: decisions.length,
        resumed: decisions.filter(({ outcome }) => outcome === 'RESUME').length,
        hadSession: decisions.filter(({ reason }) => !OTHERWISE.includes(reason)).length,
        fresh: decisions.filter(({ outcome }) => outcome === 'FRESH').length,
        byReason: [...counts].map(([reason, count]) => ({ reason, count })),
      }
    },
    claimEvents: (args: PageArgs & Of & { reasons?: string[] | null }) =>
      connection(
        decisionsSince(world, args.since ?? null, args.agentId ?? null)
          .filter(({ data }) => args.reasons?.includes(data.decision?.reason ?? '') ?? true)
          .toReversed(),
        args,
        (event) => nodes.event(event),
      ),
    /** A row for each run: two of one day and agent are not added up here. */
    usageByDay: () =>
      world.log.flatMap((event) => {
        if (event.type !== 'TASK_COMPLETED' || event.data.usage === undefined) return []
        const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens, costUsd } = event.data.usage
        const agent = nodes.agent(world.agent(world.conversation(event.conversationId).agentId))
        return [
          {
            day: event.occurredAt.slice(0, 10),
            agent,
            runs: 1,
            inputTokens: inputTokens ?? 0,
            outputTokens: outputTokens ?? 0,
            costUsd: costUsd ?? 0,
            cacheReadTokens: cacheReadTokens ?? 0,
            cacheWriteTokens: cacheWriteTokens ?? 0,
          },
        ]
      }),
  }
}
