import DataLoader from 'dataloader'
import type { LoaderSource } from './loaders.js'

/** How many QUEUED tasks each runtime has, the ones that are not yet available included. */
export function queueDepthByRuntime({ prisma, workspaceId }: LoaderSource) {
  return new DataLoader<string, number>(async (runtimeIds) => {
    const counts = await prisma.dispatch.groupBy({
      by: ['runtimeId'],
      where: { workspaceId, runtimeId: { in: [...runtimeIds] }, state: { not: 'HELD' } },
      _count: { _all: true },
    })
    const depths = new Map(counts.map(({ runtimeId, _count }) => [runtimeId, _count._all]))
    return runtimeIds.map((id) => depths.get(id) ?? 0)
  })
}
