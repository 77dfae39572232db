import type { Sql } from '../database/sql.js'
import { statement } from '../database/sql.js'
import type { WakeUps } from './wake-ups.js'

const HEADS = statement('log_heads', `SELECT "workspaceId", position::text AS position FROM log_head`)

/**
 * Makes up for lost hints. While somebody waits, it reads the log's heads every few seconds, with one query per
 * process. Every change that can wake a runtime appends an event, so a hint is lost if the previous look saw a head
 * that no hint has reached yet.
 */
export class HeadWatch {
  private readonly seen = new Map<string, bigint>()
  private readonly timer: NodeJS.Timeout
  private looking = false

  constructor(
    private readonly sql: Sql,
    private readonly wakeUps: WakeUps,
    everyMs: number,
    private readonly onError: (error: Error) => void,
  ) {
    this.timer = setInterval(() => {
      this.look().catch(onError)
    }, everyMs)
    this.timer.unref()
  }

  close(): void {
    clearInterval(this.timer)
  }

  async look(): Promise<void> {
    if (this.looking || this.wakeUps.hub.idle) return
    this.looking = true
    try {
      let lost = false
      for (const row of await this.sql.rows<{ workspaceId: string; position: string }>(HEADS)) {
        const before = this.seen.get(row.workspaceId) ?? 0n
        lost ||= this.wakeUps.knownHead(row.workspaceId) < before
        this.seen.set(row.workspaceId, BigInt(row.position))
      }
      if (lost) this.makeUp()
    } catch (error) {
      this.onError(error as Error)
    } finally {
      this.looking = false
    }
  }

  private makeUp(): void {
    for (const [workspaceId, position] of this.seen) this.wakeUps.logGrew(workspaceId, position)
    this.wakeUps.hub.wakeEveryone()
  }
}
