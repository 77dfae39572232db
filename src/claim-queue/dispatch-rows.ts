import type { Dispatch } from '../generated/prisma/client.js'

/** The row of a task that is CLAIMED or RUNNING. */
export type Held = Dispatch & { leaseSeconds: number; leaseExpiresAt: Date }

type Constant = 'conversationId' | 'agentId' | 'priority' | 'place' | 'availableAt' | 'enqueuedAt'
type Counted = 'progressEntries' | 'progressBytes'

/** What may change of a row. `holds`: null leaves it as it is. */
export type DispatchChange = Omit<Dispatch, Constant | Counted | 'holds'> & { holds: boolean | null }

/** Changes of the tasks that wait or are held. Made under the locks of the conversations they belong to. */
export interface DispatchChanges {
  added: Dispatch[]
  changed: DispatchChange[]
  ended: { workspaceId: string; taskId: string }[]
}
