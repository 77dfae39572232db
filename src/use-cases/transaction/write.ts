import type { Database } from '../../database/sql.js'
import { routineIn } from '../../database/routine.js'
import type { LogHeads } from '../../event-log/append.js'

/** Writes a batch of decided changes. */
export const WRITE = routineIn('use-cases/transaction/write.sql')

export interface Written {
  heads: LogHeads | null
  wakeable: Wakeable[] | null
}

/** A runtime that may have work. */
export interface Wakeable {
  workspaceId: string
  runtimeId: string
}

/** The runtimes where an agent's tasks can be claimed, after the agent got more room. */
export async function wakeableRuntimes(database: Database, workspaceId: string, agentId: string): Promise<Wakeable[]> {
  const { wakeable } = await database.transaction((sql) =>
    sql.call<Written>(WRITE, { waking_w: [workspaceId], waking_ids: [agentId] }),
  )
  return wakeable ?? []
}
