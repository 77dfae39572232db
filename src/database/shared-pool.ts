import { setTimeout as sleep } from 'node:timers/promises'
import { Pool } from 'pg'
import type { PoolClient, PoolConfig } from 'pg'
import { sqlState } from './sql.js'

const TOO_MANY_CONNECTIONS = '53300'
const PAUSE_MS = 50
/** The time after the last refusal at which the pool tries to grow again. */
const REMEMBERED_MS = 30_000

type Callback = (error: Error | undefined, client: PoolClient | undefined, release: (error?: unknown) => void) => void

/** The database currently has no further connection for this role (max_connections, CONNECTION LIMIT). */
export function isTooMany(error: unknown): boolean {
  return sqlState(error) === TOO_MANY_CONNECTIONS
}

/**
 * A pool for a database that may allow fewer connections than the pool's maximum, now or always. A call that is refused a
 * new connection waits for an existing one. A pool without any connection takes one from its neighbour: without that, the
 * pool that was first under load left the other with none, even after the load ended.
 */
export class SharedPool extends Pool {
  /** The other pool of this process; null if there is none. */
  neighbour: SharedPool | null = null
  private readonly most: number
  /** The connections that the database has accepted. The pool's own count includes those that it has not answered yet. */
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

  /** Closes idle connections, whose view of the database is out of date. */
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
        // If the pool has a connection, its queue lets the call wait for it.
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

  /** Closes the next free connection and does not replace it for a while. Returns false if it is the last one. */
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

/** The second case is a pooler's refusal: it accepts the connection, and does not answer while it has no backend for it. */
function isRefusal(error: unknown): boolean {
  return isTooMany(error) || (error instanceof Error && error.message === 'Query read timeout')
}
