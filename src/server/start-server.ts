import type { RequestListener } from 'node:http'
import { systemClock } from '../database/clock.js'
import type { Clock } from '../database/clock.js'
import { DatabaseClock, clockOf } from '../database/database-clock.js'
import type { Database } from '../database/sql.js'
import { ArchiveDirectory } from '../event-log/sealed/archive-directory.js'
import { assertNoHoles } from '../session-pointer/upcast.js'
import { authenticate } from '../use-cases/authenticate.js'
import { ensureFirstToken } from '../use-cases/bootstrap.js'
import { buildServices } from '../use-cases/services/build-services.js'
import { retain } from '../use-cases/retention/retain.js'
import { sweep } from '../use-cases/sweep.js'
import { TokenWatch } from '../use-cases/services/token-watch.js'
import { Authenticator } from './access/auth.js'
import type { Config } from './settings/config.js'
import { crossOrigin } from './http/cross-origin.js'
import { offersGraphiql, warnOfPlainHttp } from './access/exposure.js'
import { fillInBackground } from './fill-in-background.js'
import { createHttpServer, drain, listen } from './http/http-server.js'
import { isLoopbackBind } from './access/loopback.js'
import type { Log } from './observing/log.js'
import { Metrics } from './observing/metrics.js'
import { codesOf, DirectoryCodes } from './access/one-time-codes.js'
import { openDatabase } from './open-database.js'
import { openRateLimitStore } from './access/rate-limit-store.js'
import { RateLimits } from './access/rate-limits.js'
import { requestListener } from './http/request-listener.js'
import { respondJson } from './http/respond.js'
import { originOf } from './start-message.js'
import { Sweeper } from './sweeper.js'
import { keepOf, timersOf } from './timers.js'
import { openTracing } from './observing/tracing.js'
import { openWakeUps } from './open-wake-ups.js'
import { tellSkew } from './tell-skew.js'
import { openYoga } from './operations/yoga.js'

/** The part of the 10 seconds of a stop that requests get. The rest is for the database. */
const DRAIN_MS = 6_000
/** Ages are in days, so this is often enough. */
const RETENTION_INTERVAL_MS = 600_000
/** Soon after the start, so that retention also runs on a server that stops every evening or keeps crashing. */
const FIRST_RETENTION_MS = 10_000

export interface RunningServer {
  port: number
  /** The ROOT token's secret if this start created it. Show it at once, because only its hash is stored. */
  firstToken: string | null
  graphiql: boolean
  /** Signs one browser in. null with PostgreSQL, and if other machines can reach the server. */
  code: string | null
  /** Finishes running requests and closes everything. */
  stop(): Promise<void>
}

/** Rejects with the errors that start-problem.ts explains. The database is then closed, and the process must end. */
export async function startServer(
  config: Config,
  log: Log,
  { clock = systemClock }: { clock?: Clock } = {},
): Promise<RunningServer> {
  assertNoHoles()
  const database = await openDatabase(config, log, { serves: true })
  try {
    return await serve(config, log, database, clock)
  } catch (error) {
    await database.close()
    throw error
  }
}

async function serve(config: Config, log: Log, database: Database, ownClock: Clock): Promise<RunningServer> {
  let listener: RequestListener = (_request, response) => respondJson(response, 503, { status: 'starting' })
  const server = createHttpServer((request, response) => listener(request, response))
  // The port comes before the token: a start that fails because of its port must not have created a token that nobody saw.
  const port = await listen(server, config)
  const clock = await clockOf(database, ownClock, (seconds) => tellSkew(log, seconds))
  const wakeUps = await openWakeUps(config, database, log)
  const tracing = openTracing()
  const metrics = new Metrics(database, clock, config.sweepIntervalMs)
  const observer = { ...metrics.observer, span: tracing.span }
  const tokens = new TokenWatch(database.sql, clock, (error) => {
    log.warn({ err: error }, 'Tokens could not be checked for revocation; they are checked again in 2 seconds')
  })
  const archive = config.archiveDirectory === null ? null : new ArchiveDirectory(config.archiveDirectory)
  const services = buildServices(database, clock, timersOf(config), wakeUps.wakeUps, observer, tokens, archive)
  const { secret, workspaceId, configuredHasEnded } = await ensureFirstToken(services, config.adminToken)
  if (configuredHasEnded) {
    log.warn(
      'The token of BATON_ADMIN_TOKEN is revoked or has expired, and cannot be used again. Set BATON_ADMIN_TOKEN to a new one',
    )
  }

  const rateLimitStore = openRateLimitStore(config, database, clock, log)
  const rateLimits = new RateLimits(config, rateLimitStore)
  const authenticator = new Authenticator({
    authenticate: (token) => authenticate(services, token),
    clock: services.clock,
    attempts: rateLimits,
  })
  warnOfPlainHttp(config, log)
  const graphiql = offersGraphiql(config)
  const graphql = openYoga({
    services,
    observation: { log, metrics, tracing },
    streamsPerToken: config.streamsPerToken,
    graphiql,
    onTokenRevoked() {
      authenticator.forgetAll()
      tokens.look()
    },
  })
  const codes = codesOf(config, database, clock)
  if (codes instanceof DirectoryCodes) codes.tellOrigin(originOf({ host: config.host, port }))
  const code = config.databaseUrl === null && isLoopbackBind(config.host) ? await codes.make() : null
  let stopping = false
  listener = requestListener({
    graphql,
    authenticator,
    database,
    log,
    browserSessions: { services, workspaceId, codes, attempts: rateLimits },
    crossOrigin: crossOrigin(config.corsOrigins),
    metrics: { metrics, metricsToken: config.metricsToken },
    rateLimits,
    trustedProxies: config.trustedProxies,
    isStopping: () => stopping,
  })
  const measuredSweep = metrics.measured(async () => {
    if (clock instanceof DatabaseClock) await clock.measure()
    return sweep(services)
  })
  const sweeper = new Sweeper(() => tracing.span('sweep', {}, measuredSweep), config.sweepIntervalMs, log)
  const stopFilling = fillInBackground(services, log)
  const keep = keepOf(config)
  const retention = new Sweeper(
    (signal) => retain(services, keep, signal),
    RETENTION_INTERVAL_MS,
    log,
    FIRST_RETENTION_MS,
  )
  return {
    port,
    firstToken: secret,
    graphiql,
    code,
    async stop() {
      stopping = true
      // Waiting claims are answered at once, so that the drain does not wait for them.
      const [, finished] = await Promise.all([
        wakeUps.close(),
        drain(server, DRAIN_MS),
        stopFilling(),
        ...[sweeper, retention].map((one) => one.stop()),
      ])
      if (!finished) log.warn('Requests that did not end in time were cut off')
      await Promise.all([database.close(), rateLimitStore?.end()])
    },
  }
}
