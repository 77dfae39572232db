import type { Clock } from '../../database/clock.js'
import type { Database } from '../../database/sql.js'
import type { ArchiveDirectory } from '../../event-log/sealed/archive-directory.js'
import { RecentStates } from '../../event-log/stored-state.js'
import { WakeUps } from '../../wake-ups/wake-ups.js'
import { AskedRuntimes } from './asked-runtimes.js'
import { Gate } from './gate.js'
import { LogFeeds } from '../feeds/log-feed.js'
import { unobserved } from './observer.js'
import type { Observer } from './observer.js'
import { ProgressFeed } from '../feeds/progress-feed.js'
import type { Services, Timers } from './services.js'
import { unendingTokens } from './token-watch.js'
import type { Tokens } from './token-watch.js'
import { Turns } from './turns.js'
import { ClaimLane } from '../transaction/claim-lane.js'
import { ConversationLane } from '../transaction/conversation-lane.js'

/** Connections for followers that catch up, out of all read connections. */
const CATCH_UPS = 2
/** Folds that run at the same time, and folds of one token that may wait. Further ones are refused for now. */
const FOLDS = 2
const FOLDS_WAITING = 200
/** Each search keeps a core of the database busy. */
const SEARCHES = 1

/** Builds the services, once per process, because the lanes group concurrent calls. */
export function buildServices(
  database: Database,
  clock: Clock,
  timers: Timers,
  wakeUps: WakeUps = new WakeUps(),
  observer: Observer = unobserved,
  tokens: Tokens = unendingTokens,
  archive: ArchiveDirectory | null = null,
): Services {
  const lanes = { database, clock, announcer: wakeUps, observer, recent: new RecentStates() }
  const conversations = new ConversationLane(lanes)
  const claims = new ClaimLane(lanes, timers.claimLease)
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
