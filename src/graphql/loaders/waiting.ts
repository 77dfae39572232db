import DataLoader from 'dataloader'
import { whyTasksWait } from '../../use-cases/why-tasks-wait.js'
import type { TaskWaiting } from '../../use-cases/why-tasks-wait.js'
import type { LoaderSource } from './loaders.js'

/** Why tasks wait, by task id: one statement for all that are asked for together. null: it is not QUEUED (any more). */
export function waitingByTask({ services, workspaceId }: LoaderSource) {
  return new DataLoader<string, TaskWaiting | null>(async (ids) => {
    const waiting = await whyTasksWait(services, workspaceId, ids)
    return ids.map((id) => waiting.get(id) ?? null)
  })
}
