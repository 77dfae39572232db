import type { Clock } from '../database/clock.js'
import type { Database } from '../database/sql.js'
import type { ArchiveDirectory } from '../event-log/sealed/archive-directory.js'
import type { WakeUps } from '../wake-ups/wake-ups.js'
import type { AskedRuntimes } from './asked-runtimes.js'
import type { Gate } from './gate.js'
import type { LogFeeds } from './log-feed.js'
import type { Observer } from './observer.js'
import type { Tokens } from './token-watch.js'
import type { ProgressFeed } from './progress-feed.js'
import type { Turns } from './turns.js'
import type { ConversationLane } from './transaction/conversation-lane.js'
import type { ClaimLane } from './transaction/claim-lane.js'

/** The server's timers, all in seconds. */
export interface Timers {
  /** Lease of a claim that did not start yet. */
  claimLease: number
  /** Lease of a started run. */
  runLease: number
  /** How often daemons should send a heartbeat. */
  heartbeat: number
  /** Without a heartbeat for this long, a runtime shows as OFFLINE. */
  runtimeOffline: number
  /** A task that waited for longer fails with `queue_expired`; 0 means never. */
  queueTtl: number
  /** Pause between two sweeps. */
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
  /** Which runtimes claims ask for. */
  asked: AskedRuntimes
  /** Where sealed conversations are; null: nobody has told. */
  archive: ArchiveDirectory | null
  /** Of all work that may wait for claims. */
  turns: Turns
  /** Reads of the log by followers who are far behind. */
  catchUps: Gate
  /** Histories that are read and folded. */
  folds: Gate
  /** Lists that are looked through for what no index knows. */
  searches: Gate
}
