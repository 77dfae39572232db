import { MOST_SHOWN, whyWaiting } from '../../claim-queue/why-waiting.js'
import type { HeldBack } from '../../claim-queue/why-waiting.js'
import { isSilent } from '../calls/daemon-instance.js'
import type { Services, Timers } from '../services/services.js'

export type WaitReason =
  | 'NOT_YET_AVAILABLE'
  | 'CONVERSATION_BUSY'
  | 'AGENT_AT_CAPACITY'
  | 'RUNTIME_DEREGISTERED'
  | 'RUNTIME_COOLING_DOWN'
  | 'RUNTIME_OFFLINE'
  | 'RUNTIME_NOT_ASKING'
  | 'TASKS_AHEAD'

/** The most tasks counted or named. */
export const MOST_COUNTED = MOST_SHOWN

/** Why a task waits. */
export interface TaskWaiting {
  reasons: WaitReason[]
  ahead: number
  runtimeLastAskedAt: Date | null
  /** Task ids: first of its conversation, then of its agent. */
  blockedBy: string[]
}

/** The reasons of those of these tasks that are QUEUED, keyed by task id. */
export async function whyTasksWait(
  { database, clock, timers, asked }: Pick<Services, 'database' | 'clock' | 'timers' | 'asked'>,
  workspaceId: string,
  taskIds: readonly string[],
): Promise<Map<string, TaskWaiting>> {
  const now = clock.now()
  const waiting = await whyWaiting(database.reads, workspaceId, taskIds, now)
  return new Map(
    waiting.map((task) => {
      const heard = asked.lastAskedAt(workspaceId, task.runtimeId, now)
      const lastAskedAt = later(task.lastAskedAt, heard)
      return [task.taskId, waitingOf({ ...task, lastAskedAt }, now, timers)]
    }),
  )
}

function later(a: Date | null, b: Date | null): Date | null {
  if (a === null || b === null) return a ?? b
  return a > b ? a : b
}

function waitingOf(task: HeldBack, now: Date, timers: Timers): TaskWaiting {
  const { deregistered, cooling, busyWith, heldBy, fullWith, ahead, lastAskedAt } = task
  // A runtime that gets nothing is not expected to ask: the server tells its daemon when to return.
  const awaited = !deregistered && !cooling
  const holds: Record<WaitReason, boolean> = {
    NOT_YET_AVAILABLE: task.scheduled,
    CONVERSATION_BUSY: busyWith !== null || heldBy !== null,
    AGENT_AT_CAPACITY: fullWith !== null,
    RUNTIME_DEREGISTERED: deregistered,
    RUNTIME_COOLING_DOWN: cooling,
    RUNTIME_OFFLINE: !deregistered && isSilent(task.lastSeenAt, now, timers),
    RUNTIME_NOT_ASKING: awaited && isSilent(lastAskedAt, now, timers),
    TASKS_AHEAD: ahead > 0,
  }
  const blockedBy = [busyWith, heldBy, ...(fullWith ?? [])].filter((id) => id !== null)
  return {
    reasons: (Object.keys(holds) as WaitReason[]).filter((reason) => holds[reason]),
    ahead,
    runtimeLastAskedAt: lastAskedAt,
    blockedBy: [...new Set(blockedBy)],
  }
}
