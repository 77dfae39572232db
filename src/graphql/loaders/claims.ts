import DataLoader from 'dataloader'
import type { Claim } from '../../generated/prisma/client.js'
import { recordedDecisions } from '../../use-cases/recorded-decision.js'
import type { DecisionKey, DecisionView } from '../../use-cases/recorded-decision.js'
import type { LoaderSource } from './loaders.js'
import { byKey } from './by-key.js'

/** The claims that are held now, by task id. */
export const claimByTask = byKey<Pick<Claim, 'taskId' | 'leaseExpiresAt'>>(
  ({ prisma, workspaceId }, ids) =>
    prisma.claim.findMany({
      where: { workspaceId, taskId: { in: [...ids] } },
      select: { taskId: true, leaseExpiresAt: true },
    }),
  (claim) => claim.taskId,
)

/** The decisions given with claims. Each conversation's stream is read and folded once, however many are asked for. */
export function decisionOfClaim({ services, workspaceId }: LoaderSource) {
  return new DataLoader<DecisionKey, DecisionView | null, string>(
    (keys) => recordedDecisions(services, workspaceId, keys),
    {
      cacheKeyFn: ({ conversationId, claimVersion }) => `${conversationId} ${claimVersion}`,
    },
  )
}
