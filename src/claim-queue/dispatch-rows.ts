import type { Dispatch } from '../generated/prisma/client.js'

/** The row of a CLAIMED or RUNNING task. */
export type Held = Dispatch & { leaseSeconds: number; leaseExpiresAt: Date }

type Constant = 'conversationId' | 'agentId' | 'priority' | 'place' | 'availableAt' | 'enqueuedAt'
type Counted = 'progressEntries' | 'progressBytes'

/** The changing columns of a row. `holds` null keeps the value. */
export type DispatchChange = Omit<Dispatch, Constant | Counted | 'holds'> & { holds: boolean | null }

/** Changes of waiting and active tasks. Make them under the locks of the tasks' conversations. */
export interface DispatchChanges {
  added: Dispatch[]
  changed: DispatchChange[]
  ended: { workspaceId: string; taskId: string }[]
}
