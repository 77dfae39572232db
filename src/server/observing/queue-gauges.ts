import { Gauge } from 'prom-client'
import type { Registry } from 'prom-client'
import { firstLeaseEnd, MOST_RUNTIMES, queueDepths } from '../../claim-queue/queue-depths.js'
import type { Clock } from '../../database/clock.js'
import type { Database } from '../../database/sql.js'

const KEPT_MS = 5_000
/** Values are cached for this many times the duration of their queries, so that queries take at most a tenth of the time. */
const TIMES_KEPT = 10
/** Prometheus waits ten seconds by default. After this time, the answer leaves the database's gauges out. */
const PATIENCE_MS = 3_000

/** The gauges from the database. A scrape reads them, and they are cached for some seconds. */
export class QueueGauges {
  private readonly depth
  private readonly oldest
  private readonly leftOut
  private readonly overdue
  private readonly readable
  private keptUntil = 0
  private asking: Promise<void> | null = null

  constructor(
    registry: Registry,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {
    const registers = [registry]
    const labelNames = ['workspace', 'runtime'] as const
    this.depth = new Gauge({
      name: 'baton_queue_depth',
      registers,
      labelNames: [...labelNames, 'state'] as const,
      help: 'Queued tasks. READY can be claimed, NEXT and BEHIND wait for their conversation, SCHEDULED for its time.',
    })
    this.oldest = new Gauge({
      name: 'baton_queue_oldest_age_seconds',
      registers,
      labelNames,
      help: 'How long the oldest available task has waited.',
    })
    this.leftOut = new Gauge({
      name: 'baton_queue_runtimes_left_out',
      registers,
      help: `1 while more than ${MOST_RUNTIMES} runtimes have a queue; the gauges then show only the first of them.`,
    })
    this.overdue = new Gauge({
      name: 'baton_lease_overdue_seconds',
      registers,
      help: 'How long the oldest expired lease has waited for a sweep by any server; 0 if there is none.',
    })
    this.readable = new Gauge({
      name: 'baton_queue_readable',
      registers,
      help: '0 while the database does not answer and the gauges of the queue are missing.',
    })
  }

  /** Never rejects. */
  async refresh(): Promise<void> {
    if (performance.now() < this.keptUntil) return
    this.asking ??= this.ask().finally(() => (this.asking = null))
    let timer: NodeJS.Timeout | undefined
    const tooLate = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        this.unreadable()
        resolve()
      }, PATIENCE_MS)
    })
    await Promise.race([this.asking, tooLate])
    clearTimeout(timer)
  }

  private async ask(): Promise<void> {
    const started = performance.now()
    try {
      const { sql } = this.database
      const [queues, leaseEnd] = await Promise.all([queueDepths(sql), firstLeaseEnd(sql)])
      this.show(queues)
      this.overdue.set(leaseEnd === null ? 0 : this.secondsSince(leaseEnd))
      this.readable.set(1)
    } catch {
      this.unreadable()
    }
    const now = performance.now()
    this.keptUntil = now + Math.max(KEPT_MS, (now - started) * TIMES_KEPT)
  }

  private show({ depths, oldest }: Awaited<ReturnType<typeof queueDepths>>): void {
    this.depth.reset()
    this.oldest.reset()
    this.leftOut.set(oldest.length > MOST_RUNTIMES ? 1 : 0)
    const shown = new Set(oldest.slice(0, MOST_RUNTIMES).map(({ runtimeId }) => runtimeId))
    for (const { workspaceId: workspace, runtimeId: runtime, state, depth } of depths) {
      if (shown.has(runtime)) this.depth.set({ workspace, runtime, state }, depth)
    }
    for (const { workspaceId: workspace, runtimeId: runtime, oldest: at } of oldest) {
      if (shown.has(runtime)) this.oldest.set({ workspace, runtime }, at === null ? 0 : this.secondsSince(at))
    }
  }

  private unreadable(): void {
    for (const gauge of [this.depth, this.oldest, this.overdue]) gauge.reset()
    this.readable.set(0)
  }

  private secondsSince(moment: Date): number {
    return Math.max(0, (this.clock.now().getTime() - moment.getTime()) / 1000)
  }
}
