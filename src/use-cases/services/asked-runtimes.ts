import { statement } from '../../database/sql.js'
import type { Sql } from '../../database/sql.js'

/** The shortest time between two writes. Claims themselves write nothing here. */
const WRITE_EVERY_MS = 30_000

/** Skips runtimes whose rows are locked; the next call writes them. */
const WRITE = statement(
  'write_asked_runtimes',
  `WITH asked AS (
     SELECT * FROM json_to_recordset($1::json) AS x("workspaceId" text, id text, at timestamptz)
   ), locked AS (
     SELECT r."workspaceId", r.id FROM runtime r JOIN asked a ON a."workspaceId" = r."workspaceId" AND a.id = r.id
     FOR NO KEY UPDATE OF r SKIP LOCKED
   )
   UPDATE runtime r SET "lastAskedAt" = greatest(r."lastAskedAt", a.at)
   FROM asked a JOIN locked l ON l."workspaceId" = a."workspaceId" AND l.id = a.id
   WHERE r."workspaceId" = a."workspaceId" AND r.id = a.id
   RETURNING r."workspaceId", r.id`,
)

/** The runtimes that a claim asks for. */
interface Asking {
  workspaceId: string
  runtimeIds: readonly string[]
}

interface AskedRuntime {
  workspaceId: string
  id: string
  at: Date
  /** The number of claims that wait for its work now. */
  waiting: number
  written: boolean
}

/** When claims of this process last asked for each runtime. A waiting claim asks for as long as it waits. */
export class AskedRuntimes {
  private readonly asked = new Map<string, AskedRuntime>()
  private writtenAt = -Infinity

  note({ workspaceId, runtimeIds }: Asking, now: Date): void {
    for (const id of runtimeIds) Object.assign(this.of(workspaceId, id), { at: now, written: false })
  }

  async whileWaiting<T>({ workspaceId, runtimeIds }: Asking, wait: () => Promise<T>): Promise<T> {
    const waiting = runtimeIds.map((id) => this.of(workspaceId, id))
    for (const one of waiting) one.waiting += 1
    try {
      return await wait()
    } finally {
      for (const one of waiting) one.waiting -= 1
    }
  }

  /** null if no claim has asked this process for it since the start. */
  lastAskedAt(workspaceId: string, id: string, now: Date): Date | null {
    const one = this.asked.get(keyOf(workspaceId, id))
    if (one === undefined) return null
    return one.waiting > 0 ? now : one.at
  }

  /** Writes new times for the other servers, unless the last write was recent. */
  async write(sql: Sql, now: Date): Promise<void> {
    if (now.getTime() < this.writtenAt + WRITE_EVERY_MS) return
    const news = [...this.asked.values()].filter(({ written, waiting }) => !written || waiting > 0)
    if (news.length === 0) return
    this.writtenAt = now.getTime()
    for (const one of news) Object.assign(one, { written: true, ...(one.waiting > 0 && { at: now }) })
    const rows = news.map(({ workspaceId, id, at }) => ({ workspaceId, id, at }))
    const written = await sql.rows<{ workspaceId: string; id: string }>(WRITE, [JSON.stringify(rows)])
    const done = new Set(written.map(({ workspaceId, id }) => keyOf(workspaceId, id)))
    for (const one of news) if (!done.has(keyOf(one.workspaceId, one.id))) one.written = false
  }

  private of(workspaceId: string, id: string): AskedRuntime {
    const key = keyOf(workspaceId, id)
    const known = this.asked.get(key)
    if (known !== undefined) return known
    const one: AskedRuntime = { workspaceId, id, at: new Date(0), waiting: 0, written: true }
    this.asked.set(key, one)
    return one
  }
}

function keyOf(workspaceId: string, id: string): string {
  return `${workspaceId} ${id}`
}
