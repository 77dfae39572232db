import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Clock } from '../../database/clock.js'
import type { Database } from '../../database/sql.js'
import type { Observer } from '../../use-cases/services/observer.js'
import type { Swept } from '../../use-cases/sweep.js'
import { tellsOfFailure } from '../operations/operation.js'
import { QueueGauges } from './queue-gauges.js'

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

/** The Prometheus metrics. Labels have a closed list of values, except for the runtimes in queue-gauges.ts. */
export class Metrics {
  private readonly registry = new Registry()
  private readonly registers = [this.registry]
  private readonly claims = new Counter({
    name: 'baton_claims_total',
    registers: this.registers,
    labelNames: ['outcome', 'reason'] as const,
    help: 'Claims by the outcome (RESUME, FRESH) and reason of their decision, and calls that got no claim.',
  })
  private readonly claimTimes = new Histogram({
    name: 'baton_claim_seconds',
    registers: this.registers,
    buckets: SECONDS,
    help: 'Time from the request, or from the hint that woke it, to the commit of the claim, without the wait for work.',
  })
  private readonly operations = new Histogram({
    name: 'baton_operation_seconds',
    registers: this.registers,
    buckets: SECONDS,
    labelNames: ['kind', 'outcome'] as const,
    help: 'GraphQL operations: ok, refused, or failed (INTERNAL, UNAVAILABLE).',
  })
  private readonly refusals = new Counter({
    name: 'baton_refused_calls_total',
    registers: this.registers,
    labelNames: ['code'] as const,
    help: 'Calls that a rule refused, by error code. STALE_CLAIM: a fenced call with a void claim.',
  })
  private readonly events = new Counter({
    name: 'baton_events_appended_total',
    registers: this.registers,
    help: 'Events written to the log.',
  })
  private readonly refolds = new Counter({
    name: 'baton_refolds_total',
    registers: this.registers,
    help: 'Conversation states that were folded again from their events, because the stored state was not usable.',
  })
  private readonly leasesExpired = new Counter({
    name: 'baton_leases_expired_total',
    registers: this.registers,
    help: 'Leases that a sweep expired.',
  })
  private readonly sweeps = new Histogram({
    name: 'baton_sweep_seconds',
    registers: this.registers,
    buckets: SECONDS,
    help: 'How long sweeps took.',
  })
  private readonly queue: QueueGauges
  private lastSweep = performance.now()

  constructor(database: Database, clock: Clock, sweepIntervalMs: number) {
    const { registers } = this
    collectDefaultMetrics({ register: this.registry })
    this.queue = new QueueGauges(this.registry, database, clock)
    const lag = (): number => Math.max(0, performance.now() - this.lastSweep - sweepIntervalMs) / 1000
    new Gauge({
      name: 'baton_sweeper_lag_seconds',
      registers,
      help: 'How late the next sweep of this process is.',
      collect() {
        this.set(lag())
      },
    })
    new Gauge({
      name: 'baton_pool_connections',
      registers,
      labelNames: ['pool', 'state'] as const,
      help: 'Connections to PostgreSQL that are busy or idle, and calls that wait for one.',
      collect() {
        for (const { pool, busy, idle, waiting } of database.pools()) {
          for (const [state, count] of Object.entries({ busy, idle, waiting })) this.set({ pool, state }, count)
        }
      },
    })
  }

  /** The use cases' observer, without spans. */
  readonly observer: Omit<Observer, 'span'> = {
    claim: (outcome, reason) => this.claims.inc({ outcome, reason }),
    claimSeconds: (seconds) => this.claimTimes.observe(seconds),
    refused: (code) => this.refusals.inc({ code }),
    appended: (events) => this.events.inc(events),
    refolded: () => this.refolds.inc(),
  }

  operation(kind: string, codes: readonly string[], seconds: number): void {
    const outcome = codes.length === 0 ? 'ok' : tellsOfFailure(codes) ? 'failed' : 'refused'
    this.operations.observe({ kind, outcome }, seconds)
  }

  /** Wraps the sweep to measure it. */
  measured(sweep: () => Promise<Swept>): () => Promise<Swept> {
    return async () => {
      const started = performance.now()
      const swept = await sweep()
      this.lastSweep = performance.now()
      this.sweeps.observe((this.lastSweep - started) / 1000)
      this.leasesExpired.inc(swept.expired)
      return swept
    }
  }

  /** In Prometheus's text format. */
  async text(): Promise<string> {
    await this.queue.refresh()
    return this.registry.metrics()
  }
}
