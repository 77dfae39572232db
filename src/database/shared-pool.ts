import { setTimeout as sleep } from 'node:timers/promises'
import { Pool } from 'pg'
import type { PoolClient, PoolConfig } from 'pg'
import { sqlState } from './sql.js'

const TOO_MANY_CONNECTIONS = '53300'
const PAUSE_MS = 50
/** This long after the last refusal the pool tries again whether it may have more. */
const REMEMBERED_MS = 30_000

type Callback = (error: Error | undefined, client: PoolClient | undefined, release: (error?: unknown) => void) => void

/** The database has no further connection for this role at the moment (max_connections, CONNECTION LIMIT). */
export function isTooMany(error: unknown): boolean {
  return sqlState(error) === TOO_MANY_CONNECTIONS
}

/**
 * A pool for a database that may allow fewer connections than the pool was made for, at this moment or always. Whoever is
 * refused a new connection waits for one that the pool has. A pool that has none takes one from its neighbour: without
 * that, whichever pool was first under load left the other with none, also when the load was over.
 */
export class SharedPool extends Pool {
  /** The other pool of this process; null: there is none. */
  neighbour: SharedPool | null = null
  private readonly most: number
  /** Those that the database has let in. The pool's own count has those that it has yet to answer, too. */
  private readonly open = new Set<PoolClient>()
  private refusedAt = -Infinity
  private isGiving = false

  constructor(config: PoolConfig) {
    super(config)
    this.most = this.options.max
    this.on('connect', (client) => this.open.add(client))
    this.on('remove', (client) => this.open.delete(client))
  }

  override connect(): Promise<PoolClient>
  override connect(callback: Callback): void
  override connect(callback?: Callback): Promise<PoolClient> | undefined {
    const connected = this.connectPatiently()
    if (callback === undefined) return connected
    connected.then(
      (client) => callback(undefined, client, (error) => client.release(error as Error | undefined)),
      (error: unknown) => callback(error as Error, undefined, () => undefined),
    )
    return undefined
  }

  /** Closes the connections that nobody uses at the moment: what they were told of the database holds no longer. */
  closeIdle(): void {
    for (let n = this.idleCount; n > 0; n--) this.closeNext()
  }

  private async connectPatiently(): Promise<PoolClient> {
    const until = performance.now() + (this.options.connectionTimeoutMillis ?? 0)
    if (performance.now() - this.refusedAt > REMEMBERED_MS) this.options.max = this.most
    for (;;) {
      try {
        return await super.connect()
      } catch (error) {
        if (!isRefusal(error) || performance.now() > until) throw error
        this.keepTo(this.open.size)
        // With a connection of its own, the pool has the call wait for that one.
        if (this.open.size > 0) continue
        this.neighbour?.giveOne()
        await sleep(PAUSE_MS)
      }
    }
  }

  private keepTo(connections: number): void {
    this.options.max = Math.max(1, connections)
    this.refusedAt = performance.now()
  }

  /** Closes the next connection that is free, and does without it for a while. The last one stays: false. */
  giveOne(): boolean {
    if (this.open.size < 2) return false
    if (this.isGiving) return true
    this.isGiving = true
    this.keepTo(this.open.size - 1)
    this.closeNext(() => (this.isGiving = false))
    return true
  }

  private closeNext(done: () => void = () => undefined): void {
    super
      .connect()
      .then((client) => client.release(true))
      .catch(() => undefined)
      .finally(done)
  }
}

/** The second is a pooler's way: it takes the connection, and does not answer while it has none to lend. */
function isRefusal(error: unknown): boolean {
  return isTooMany(error) || (error instanceof Error && error.message === 'Query read timeout')
}
