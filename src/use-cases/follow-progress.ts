import type { TaskProgress } from '../generated/prisma/client.js'
import type { Caller } from './calls/caller.js'
import { liveStream } from './feeds/live-stream.js'
import type { Outcome } from './calls/outcome.js'
import { accepted, notFound } from './calls/outcome.js'
import type { Services } from './services/services.js'
import { tasksById } from './task-changes/task-work.js'

export interface FollowProgressInput {
  taskId: string
  /** Only entries with a higher seq; null: all. */
  after: number | null
}

/** A task's progress entries: the existing ones, then new ones, in order and without repeat, until the task ends. */
export async function followProgress(
  services: Services,
  { workspaceId, tokenId }: Caller,
  { taskId, after }: FollowProgressInput,
): Promise<Outcome<AsyncIterableIterator<TaskProgress>>> {
  const [task] = await tasksById(services, workspaceId, [taskId])
  if (task === undefined) return notFound('task', taskId)
  return accepted(liveStream((left) => follow(services, { workspaceId, taskId, whose: tokenId }, after ?? -1, left)))
}

async function* follow(
  { progress, turns }: Pick<Services, 'progress' | 'turns'>,
  task: { workspaceId: string; taskId: string; whose: string },
  after: number,
  left: AbortSignal,
): AsyncGenerator<TaskProgress, void> {
  for (let last = after; ;) {
    const page = await progress.beyond(task, last, left)
    if (page === null) return
    for (const entry of page.entries) {
      last = entry.seq
      await turns.next(task.whose)
      if (left.aborted) return
      yield entry
    }
    if (page.ended) return
  }
}
