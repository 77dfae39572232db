import type { Agent } from '../../generated/prisma/client.js'
import type { Caller } from '../calls/caller.js'
import { forEachQueuedTask } from './queued-tasks.js'
import type { Services } from '../services/services.js'
import { commandTask } from './task-work.js'
import { decisionsMade } from '../transaction/decision-barrier.js'

/**
 * Moves the agent's queued tasks to its runtime. If the agent moves again in the meantime, each task goes to the runtime of
 * that moment. A task that is claimed in the meantime stays on its runtime.
 */
export async function retargetQueuedTasks(services: Services, caller: Caller, agent: Agent): Promise<void> {
  const { workspaceId } = caller
  await decisionsMade(services.database)
  const moving = { workspaceId, agentId: agent.id, exceptOn: agent.runtimeId }
  await forEachQueuedTask(services, moving, async (taskId) => {
    await commandTask(services, caller, {
      taskId,
      verb: 'moved to another runtime',
      decide: (task, _held, { agent: current }) => {
        const to = current?.runtimeId ?? task.runtimeId
        if (task.status !== 'QUEUED' || task.runtimeId === to) return { kind: 'ignored' }
        const data = { fromRuntimeId: task.runtimeId }
        return {
          kind: 'accepted',
          voidsClaim: false,
          events: [{ type: 'TASK_RETARGETED', taskId, runtimeId: to, data }],
        }
      },
    })
  })
}
