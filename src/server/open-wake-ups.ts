import type { Database } from '../database/sql.js'
import { HeadWatch } from '../wake-ups/head-watch.js'
import { PostgresChannel } from '../wake-ups/postgres-channel.js'
import { WakeUps } from '../wake-ups/wake-ups.js'
import type { Config } from './settings/config.js'
import type { Log } from './observing/log.js'

/** A lost hint delays a wake-up by at most twice this time. */
const HEAD_WATCH_MS = 2_000

/** Opens the hints of this process and, on PostgreSQL, those of all other processes on the same database. */
export async function openWakeUps(
  { databaseUrl }: Pick<Config, 'databaseUrl'>,
  database: Database,
  log: Log,
): Promise<{ wakeUps: WakeUps; close(): Promise<void> }> {
  const wakeUps = new WakeUps()
  if (databaseUrl === null) return { wakeUps, close: () => wakeUps.close() }
  const onError = (error: Error): void =>
    log.warn({ err: error }, 'Hints from other servers are interrupted; daemons may wait some seconds longer for work')
  const channel = new PostgresChannel(databaseUrl, database.sql, {
    receive: (parcel) => wakeUps.receive(parcel),
    lost: () => wakeUps.hub.wakeEveryone(),
    onError,
    noRoom: () => database.makeRoom(),
  })
  await channel.open()
  wakeUps.connect(channel)
  const watch = new HeadWatch(database.sql, wakeUps, HEAD_WATCH_MS, onError)
  return {
    wakeUps,
    async close() {
      watch.close()
      await wakeUps.close()
    },
  }
}
