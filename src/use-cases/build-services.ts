import type { Clock } from '../database/clock.js'
import type { Database } from '../database/sql.js'
import type { ArchiveDirectory } from '../event-log/sealed/archive-directory.js'
import { WakeUps } from '../wake-ups/wake-ups.js'
import { AskedRuntimes } from './asked-runtimes.js'
import { Gate } from './gate.js'
import { LogFeeds } from './log-feed.js'
import { unobserved } from './observer.js'
import type { Observer } from './observer.js'
import { ProgressFeed } from './progress-feed.js'
import type { Services, Timers } from './services.js'
import { unendingTokens } from './token-watch.js'
import type { Tokens } from './token-watch.js'
import { Turns } from './turns.js'
import { ClaimLane } from './transaction/claim-lane.js'
import { ConversationLane } from './transaction/conversation-lane.js'

/** Connections for readers who catch up, of those that all reads have. */
const CATCH_UPS = 2
/** Folds that are under way at once, and those that wait for it: what comes past these is told to come again. */
const FOLDS = 2
const FOLDS_WAITING = 200
/** Each keeps a core of the database busy. */
const SEARCHES = 1

/** What the use cases work with: once a process, because the lanes join what is asked at the same time. */
export function buildServices(
  database: Database,
  clock: Clock,
  timers: Timers,
  wakeUps: WakeUps = new WakeUps(),
  observer: Observer = unobserved,
  tokens: Tokens = unendingTokens,
  archive: ArchiveDirectory | null = null,
): Services {
  const conversations = new ConversationLane(database, clock, wakeUps, observer)
  const claims = new ClaimLane(database, clock, timers.claimLease, wakeUps, observer)
  return {
    database,
    clock,
    timers,
    conversations,
    claims,
    wakeUps,
    observer,
    tokens,
    feeds: new LogFeeds(database.reads, wakeUps),
    progress: new ProgressFeed(database.reads, wakeUps),
    asked: new AskedRuntimes(),
    archive,
    turns: new Turns(() => claims.isBusy || conversations.isBusy),
    catchUps: new Gate(CATCH_UPS),
    folds: new Gate(FOLDS, FOLDS_WAITING),
    searches: new Gate(SEARCHES),
  }
}
