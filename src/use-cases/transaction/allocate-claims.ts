import type { Picked } from './load-claim-batch.js'

export interface Want {
  workspaceId: string
  runtimeIds: readonly string[]
  max: number
}

/**
 * Shares the locked tasks out among the calls, in the order of the calls, each getting the best of its runtimes: priority
 * first, then age. One task a conversation, and no agent past its room. Pure.
 *
 * `room` holds how many more tasks each agent may have active; agents that are missing have none.
 */
export function allocateClaims(
  wants: readonly Want[],
  picked: readonly Picked[],
  room: ReadonlyMap<string, number>,
): Picked[][] {
  const left = new Map(room)
  const busy = new Set<string>()
  const byRuntime = new Map<string, Picked[]>()
  for (const candidate of [...picked].sort(better)) {
    const line = byRuntime.get(candidate.runtimeId)
    if (line === undefined) byRuntime.set(candidate.runtimeId, [candidate])
    else line.push(candidate)
  }
  const free = (candidate: Picked): boolean =>
    (left.get(candidate.agentId) ?? 0) > 0 && !busy.has(candidate.conversationId)
  return wants.map(({ workspaceId, runtimeIds, max }) => {
    const lines = runtimeIds.map((id) => byRuntime.get(id) ?? [])
    const granted: Picked[] = []
    while (granted.length < max) {
      const heads = lines.flatMap((line) => line.find((c) => c.workspaceId === workspaceId && free(c)) ?? [])
      const best = heads.sort(better)[0]
      if (best === undefined) break
      granted.push(best)
      busy.add(best.conversationId)
      left.set(best.agentId, (left.get(best.agentId) ?? 0) - 1)
    }
    return granted
  })
}

function better(a: Picked, b: Picked): number {
  return b.priority - a.priority || (a.taskId < b.taskId ? -1 : a.taskId > b.taskId ? 1 : 0)
}
