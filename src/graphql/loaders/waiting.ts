import DataLoader from 'dataloader'
import { whyTasksWait } from '../../use-cases/reads/why-tasks-wait.js'
import type { TaskWaiting } from '../../use-cases/reads/why-tasks-wait.js'
import type { LoaderSource } from './loaders.js'

/** Why tasks wait, by task id, with one statement for all requested together; null for a task that is not QUEUED. */
export function waitingByTask({ services, workspaceId }: LoaderSource) {
  return new DataLoader<string, TaskWaiting | null>(async (ids) => {
    const waiting = await whyTasksWait(services, workspaceId, ids)
    return ids.map((id) => waiting.get(id) ?? null)
  })
}
