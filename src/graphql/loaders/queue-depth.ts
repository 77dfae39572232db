import DataLoader from 'dataloader'
import type { LoaderSource } from './loaders.js'

/** The number of QUEUED tasks by runtime, including those that are not yet available. */
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
