import type { Sql } from '../../database/sql.js'
import type { Caller } from '../caller.js'
import { forbidsDaemon } from '../caller.js'
import { notFound } from '../outcome.js'
import type { Refusal } from '../outcome.js'
import { loadRuntimes } from './load-rows.js'

/** Runtimes that are remembered; past it all are read anew. */
const MAX_KNOWN = 100_000

interface Owner {
  workspaceId: string
  daemonId: string
}

/** Whose each runtime is. That never changes while it exists, and runtimes are never deleted: a claim need not look again. */
export class RuntimeOwners {
  private readonly known = new Map<string, Owner>()

  constructor(private readonly sql: Sql) {}

  /** Why the caller may not claim for one of these runtimes; null where it may for all. A promise only where some are new. */
  refusalOf(caller: Caller, runtimeIds: readonly string[]): Refusal | null | Promise<Refusal | null> {
    const unknown = runtimeIds.filter((id) => this.known.get(id)?.workspaceId !== caller.workspaceId)
    if (unknown.length === 0) return this.judge(caller, runtimeIds)
    return this.learn(caller.workspaceId, unknown).then(() => this.judge(caller, runtimeIds))
  }

  private async learn(workspaceId: string, ids: readonly string[]): Promise<void> {
    const rows = await loadRuntimes(
      this.sql,
      ids.map((id) => [workspaceId, id] as const),
    )
    if (this.known.size + rows.length > MAX_KNOWN) this.known.clear()
    for (const { id, daemonId } of rows) this.known.set(id, { workspaceId, daemonId })
  }

  private judge(caller: Caller, runtimeIds: readonly string[]): Refusal | null {
    for (const id of runtimeIds) {
      const owner = this.known.get(id)
      if (owner?.workspaceId !== caller.workspaceId) return notFound('rt', id).refusal
      const forbidden = forbidsDaemon(caller, owner.daemonId)
      if (forbidden !== null) return forbidden.refusal
    }
    return null
  }
}
