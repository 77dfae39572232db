import type { Agent } from '../generated/prisma/client.js'
import type { Caller } from './caller.js'
import { forEachQueuedTask } from './queued-tasks.js'
import type { Services } from './services.js'
import { commandTask } from './task-work.js'

/** Moves the agent's queued tasks to its runtime. A task that is claimed meanwhile stays where it runs. */
export async function retargetQueuedTasks(services: Services, caller: Caller, agent: Agent): Promise<void> {
  const { workspaceId } = caller
  await forEachQueuedTask(services, { workspaceId, agentId: agent.id }, async ({ taskId, runtimeId }) => {
    if (runtimeId === agent.runtimeId) return
    await commandTask(services, caller, {
      taskId,
      verb: 'moved to another runtime',
      decide: (task) =>
        task.status !== 'QUEUED' || task.runtimeId === agent.runtimeId
          ? { kind: 'ignored' }
          : {
              kind: 'accepted',
              voidsClaim: false,
              events: [
                {
                  type: 'TASK_RETARGETED',
                  taskId,
                  runtimeId: agent.runtimeId,
                  data: { fromRuntimeId: task.runtimeId },
                },
              ],
            },
    })
  })
}
