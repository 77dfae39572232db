import type { Sql } from '../../database/sql.js'
import type { Caller } from '../calls/caller.js'
import { forbidsDaemon } from '../calls/caller.js'
import { notFound } from '../calls/outcome.js'
import type { Refusal } from '../calls/outcome.js'
import { GroupCommit } from './group-commit.js'
import { loadRuntimes } from './load-rows.js'

/** Daemons that come all at once, after a restart, share their reads. */
const READS = { lanes: 2, maxBatch: 256 }
/** Runtimes that are remembered; past it all are read anew. */
const MAX_KNOWN = 100_000

type RuntimeKey = readonly [workspaceId: string, id: string]

interface Owner {
  workspaceId: string
  daemonId: string
}

type Owners = ReadonlyMap<string, Owner>

/** The owner of each runtime. Owners never change and runtimes are never deleted, so each one is read only once. */
export class RuntimeOwners {
  private readonly known = new Map<string, Owner>()
  private readonly reads: GroupCommit<readonly RuntimeKey[], Owners>

  constructor(sql: Sql) {
    this.reads = new GroupCommit<readonly RuntimeKey[], Owners>({
      ...READS,
      run: async (asked) => {
        const read = await loadRuntimes(sql, asked.flat())
        const owners = new Map(read.map(({ id, workspaceId, daemonId }) => [id, { workspaceId, daemonId }]))
        if (this.known.size + owners.size > MAX_KNOWN) this.known.clear()
        for (const [id, owner] of owners) this.known.set(id, owner)
        return asked.map(() => ({ settled: owners }))
      },
      wroteNothing: () => false,
    })
  }

  /** Why the caller may not claim for one of these runtimes; null where it may for all. A promise only where some are new. */
  refusalOf(caller: Caller, runtimeIds: readonly string[]): Refusal | null | Promise<Refusal | null> {
    const unknown = runtimeIds.filter((id) => this.known.get(id)?.workspaceId !== caller.workspaceId)
    if (unknown.length === 0) return refusalFor(caller, runtimeIds, this.known)
    const others = runtimeIds.flatMap((id): [string, Owner][] => {
      const owner = this.known.get(id)
      return owner === undefined ? [] : [[id, owner]]
    })
    const keys = unknown.map((id): RuntimeKey => [caller.workspaceId, id])
    return this.reads.submit(keys).then((read) => refusalFor(caller, runtimeIds, new Map([...others, ...read])))
  }
}

function refusalFor(caller: Caller, runtimeIds: readonly string[], owners: Owners): Refusal | null {
  for (const id of runtimeIds) {
    const owner = owners.get(id)
    if (owner?.workspaceId !== caller.workspaceId) return notFound('rt', id).refusal
    const forbidden = forbidsDaemon(caller, owner.daemonId)
    if (forbidden !== null) return forbidden.refusal
  }
  return null
}
