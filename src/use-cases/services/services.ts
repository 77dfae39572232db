import type { Clock } from '../../database/clock.js'
import type { Database } from '../../database/sql.js'
import type { ArchiveDirectory } from '../../event-log/sealed/archive-directory.js'
import type { WakeUps } from '../../wake-ups/wake-ups.js'
import type { AskedRuntimes } from './asked-runtimes.js'
import type { Gate } from './gate.js'
import type { LogFeeds } from '../feeds/log-feed.js'
import type { Observer } from './observer.js'
import type { Tokens } from './token-watch.js'
import type { ProgressFeed } from '../feeds/progress-feed.js'
import type { Turns } from './turns.js'
import type { ConversationLane } from '../transaction/conversation-lane.js'
import type { ClaimLane } from '../transaction/claim-lane.js'

/** The server's timers, all in seconds. */
export interface Timers {
  /** The lease of a claim that has not started. */
  claimLease: number
  /** The lease of a started run. */
  runLease: number
  /** The interval at which daemons should send heartbeats. */
  heartbeat: number
  /** A runtime without a heartbeat for this long shows as OFFLINE. */
  runtimeOffline: number
  /** A task that waits longer fails with `queue_expired`; 0 means never. */
  queueTtl: number
  /** The pause between two sweeps. */
  sweep: number
}

/** What the use cases work with. */
export interface Services {
  database: Database
  clock: Clock
  timers: Timers
  conversations: ConversationLane
  claims: ClaimLane
  wakeUps: WakeUps
  observer: Observer
  tokens: Tokens
  feeds: LogFeeds
  progress: ProgressFeed
  /** When claims last asked for each runtime. */
  asked: AskedRuntimes
  /** The files of sealed conversations; null if no archive directory is configured. */
  archive: ArchiveDirectory | null
  /** Turns for all work that may be delayed in favour of claims. */
  turns: Turns
  /** Limits log reads by followers that are far behind. */
  catchUps: Gate
  /** Limits reads and folds of histories. */
  folds: Gate
  /** Limits list searches that no index supports. */
  searches: Gate
}
