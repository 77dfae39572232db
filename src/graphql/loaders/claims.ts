import DataLoader from 'dataloader'
import type { Dispatch } from '../../generated/prisma/client.js'
import { recordedDecisions } from '../../use-cases/reads/recorded-decision.js'
import type { DecisionKey, DecisionView } from '../../use-cases/reads/recorded-decision.js'
import { tooManyFolds } from '../../use-cases/calls/outcome.js'
import { unwrap } from '../errors.js'
import type { LoaderSource } from './loaders.js'
import { byKey } from './by-key.js'

/** The current claims, by task id. */
export const claimByTask = byKey<Pick<Dispatch, 'taskId' | 'leaseExpiresAt'>>(
  ({ prisma, workspaceId }, ids) =>
    prisma.dispatch.findMany({
      where: { workspaceId, taskId: { in: [...ids] }, state: 'HELD' },
      select: { taskId: true, leaseExpiresAt: true },
    }),
  (claim) => claim.taskId,
)

/** The decisions of claims. Each conversation's stream is read and folded once for all of them. */
export function decisionOfClaim({ services, workspaceId, history, whose }: LoaderSource) {
  return new DataLoader<DecisionKey, DecisionView | null, string>(
    (keys) => {
      const last = new Map<string, number>()
      for (const { conversationId, claimVersion } of keys) {
        last.set(conversationId, Math.max(claimVersion, last.get(conversationId) ?? 0))
      }
      history.charge([...last.values()].reduce((sum, events) => sum + events, 0))
      if (services.folds.isFullFor(whose)) unwrap(tooManyFolds)
      return services.folds.run(whose, () =>
        recordedDecisions(services.database.reads, workspaceId, keys, () => services.turns.next(whose)),
      )
    },
    {
      cacheKeyFn: ({ conversationId, claimVersion }) => `${conversationId} ${claimVersion}`,
    },
  )
}
