import { statement } from '../../database/sql.js'
import type { Sql } from '../../database/sql.js'
import type { TaskProgress } from '../../generated/prisma/client.js'
import { isActive } from '../../tasks/task-state.js'
import type { TaskStatus } from '../../tasks/task-state.js'
import { progressTopic } from '../../wake-ups/hint.js'
import { leaverBy } from '../../wake-ups/leaver.js'
import type { WakeUps } from '../../wake-ups/wake-ups.js'

/** Entries of a task per read: 3 MB at most. */
const PAGE = 50
/** Tasks per statement. */
const TASKS_AT_ONCE = 100
/**
 * The maximum delay for entries that another server received. Servers send each other no hints about progress, because most
 * reports have no reader.
 */
const LOOK_EVERY_MS = 500

/** Status and entries are of the same moment: after a task has ended, no entries follow. */
const READ = statement(
  'read_followed_progress',
  `SELECT t."workspaceId", t.id AS "taskId", t.status, p.seq, p.kind, p.text, p.at
   FROM unnest($1::text[], $2::text[], $3::int[]) AS x(w, id, after)
     CROSS JOIN LATERAL (SELECT r.* FROM task r WHERE r."workspaceId" = x.w AND r.id = x.id OFFSET 0) t
     LEFT JOIN LATERAL (SELECT r.* FROM task_progress r
       WHERE r."workspaceId" = x.w AND r."taskId" = x.id AND r.seq > x.after ORDER BY r.seq LIMIT ${PAGE}) p ON true
   ORDER BY 1, 2, 4`,
)

type Row = Omit<TaskProgress, 'seq'> & { status: TaskStatus; seq: number | null }

interface TaskKey {
  workspaceId: string
  taskId: string
}

export interface ProgressPage {
  /** Not empty, unless `ended`. */
  entries: TaskProgress[]
  /** No entries follow these. */
  ended: boolean
}

/** A follower that has everything up to `after`. */
interface Waiter extends TaskKey {
  after: number
  give: (page: ProgressPage | null) => void
  fail: (error: Error) => void
}

/** The progress of followed runs: one reader per process reads each task once for all its followers. */
export class ProgressFeed {
  private readonly waiting = new Set<Waiter>()
  private reading = false

  constructor(
    private readonly reads: Sql,
    private readonly wakeUps: WakeUps,
  ) {}

  /**
   * The entries after `after`, as soon as there are any or the task has ended; null if the server stops or the follower has
   * left.
   */
  beyond({ workspaceId, taskId }: TaskKey, after: number, left: AbortSignal): Promise<ProgressPage | null> {
    return new Promise((resolve, reject) => {
      const waiter: Waiter = { workspaceId, taskId, after, give: resolve, fail: reject }
      const stop = leaverBy(left).onLeave(() => waiter.give(null))
      const done = () => {
        this.waiting.delete(waiter)
        stop()
      }
      waiter.give = (page) => {
        done()
        resolve(page)
      }
      waiter.fail = (error) => {
        done()
        reject(error)
      }
      if (left.aborted || this.wakeUps.closed) return waiter.give(null)
      this.waiting.add(waiter)
      if (this.reading) this.wakeUps.hub.wakeAllOf(SOMEBODY_CAME)
      else this.serve().catch(reject)
    })
  }

  /**
   * Ends when no follower waits, and clears `reading` in the same turn, so that a later follower starts it again. Never
   * rejects.
   */
  private async serve(): Promise<void> {
    this.reading = true
    try {
      while (this.waiting.size > 0 && !this.wakeUps.closed) {
        const topics = [SOMEBODY_CAME, ...new Set([...this.waiting].map(topicOf))]
        const mark = this.wakeUps.hub.mark(topics)
        const gave = await this.look([...this.waiting])
        if (!gave) await this.wakeUps.listenUntil(topics, mark, LOOK_EVERY_MS, null)
      }
      for (const waiter of [...this.waiting]) waiter.give(null)
    } catch (error) {
      for (const waiter of [...this.waiting]) waiter.fail(error as Error)
    } finally {
      this.reading = false
    }
  }

  /** Whether any follower received something. */
  private async look(waiters: readonly Waiter[]): Promise<boolean> {
    const first = new Map<string, Waiter>()
    for (const waiter of waiters) {
      const known = first.get(topicOf(waiter))
      if (known === undefined || waiter.after < known.after) first.set(topicOf(waiter), waiter)
    }
    const rows: Row[] = []
    const asked = [...first.values()].map(({ workspaceId, taskId, after }) => ({ workspaceId, taskId, after }))
    for (let n = 0; n < asked.length; n += TASKS_AT_ONCE) {
      const some = asked.slice(n, n + TASKS_AT_ONCE)
      const keys = [some.map((one) => one.workspaceId), some.map((one) => one.taskId), some.map((one) => one.after)]
      rows.push(...(await this.reads.rows<Row>(READ, keys)))
    }
    const byTask = new Map<string, Row[]>(asked.map((one) => [topicOf(one), []]))
    for (const row of rows) byTask.get(topicOf(row))?.push(row)
    let gave = false
    for (const waiter of waiters) {
      const page = pageFor(waiter, byTask.get(topicOf(waiter)) ?? [])
      if (page === null) continue
      gave = true
      waiter.give(page)
    }
    return gave
  }
}

const SOMEBODY_CAME = 'p'

function topicOf({ workspaceId, taskId }: TaskKey): string {
  return progressTopic(workspaceId, taskId)
}

function pageFor({ after }: Waiter, rows: readonly Row[]): ProgressPage | null {
  const [first] = rows
  const entries = rows.filter((row): row is Row & { seq: number } => row.seq !== null && row.seq > after)
  const ended = first === undefined || (first.status !== 'QUEUED' && !isActive(first) && rows.length < PAGE)
  return entries.length > 0 || ended ? { entries, ended } : null
}
