import { LEAST_CONNECTIONS } from '../../database/connection-shares.js'
import { unknownSettings } from './unknown-settings.js'
import { VARIABLES } from './variables.js'
import type { LogLevel, Variable } from './variables.js'

/** What the environment says, with defaults. The table of settings in docs/operate.md is this file in other words. */
export interface Config {
  /** 0 takes any free port. */
  port: number
  host: string
  /** null: the embedded database in `dataDirectory`. */
  databaseUrl: string | null
  dataDirectory: string
  /** How many connections this server takes at most; of no effect on the embedded database. */
  databaseConnections: number
  /** The secret of the ROOT token; null: one is made on the very first start. */
  adminToken: string | null
  /** What a scraper of /metrics sends; null: a ROOT token. */
  metricsToken: string | null
  claimLeaseSeconds: number
  runLeaseSeconds: number
  sweepIntervalMs: number
  /** 0: a task may wait for ever. */
  queueTtlSeconds: number
  /** How long what ended is kept, in days; 0: for ever. */
  keepProgressDays: number
  keepTextsDays: number
  keepConversationsDays: number
  /** Where sealed conversations go; null: nowhere. */
  archiveDirectory: string | null
  logLevel: LogLevel
  /** auto: where only this machine can reach the server. */
  graphiql: 'auto' | 'on' | 'off'
  /** Whose pages may read answers, as browsers write origins. */
  corsOrigins: readonly string[]
  /** How many proxies stand in front, each adding to X-Forwarded-For. They are taken to end TLS. */
  trustedProxies: number
  /** Requests a second for each token of a daemon, and for each other one; 0: no limit. */
  rateLimitDaemon: number
  rateLimitOthers: number
  /** Wrong tokens a minute from one address; 0: no limit. */
  rateLimitFailures: number
  /** Streams of one token that are open at once in this process; 0: no limit. */
  streamsPerToken: number
  /** Where requests are counted: in each process, or in the database for all servers together. */
  rateLimitStore: 'memory' | 'postgres'
}

export type ReadConfig = { ok: true; config: Config } | { ok: false; problems: string[] }

type Value<Name extends keyof typeof VARIABLES> = (typeof VARIABLES)[Name]['fallback']

/** Settings by their names, as texts. */
export type Settings = Readonly<Partial<Record<keyof typeof VARIABLES, string>>>

/** The settings of this process. Those that its command line gives come before those of its environment. */
export function readProcessConfig(given: Settings = {}): ReadConfig {
  return readConfig({ ...process.env, ...given })
}

/** A sentence for each variable of this process that looks like a setting and is none. */
export function unknownProcessSettings(): string[] {
  return unknownSettings(Object.keys(process.env), Object.keys(VARIABLES))
}

/** Every problem at once, a sentence each. A variable that is empty counts as unset: compose files pass those on. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): ReadConfig {
  const problems: string[] = []
  const read = <Name extends keyof typeof VARIABLES>(name: Name): Value<Name> => {
    const variable = VARIABLES[name] as Variable<Value<Name>>
    const text = environment[name]?.trim() ?? ''
    if (text === '') return variable.fallback
    const { success, data } = variable.schema.safeParse(text)
    if (success) return data
    problems.push(`${name} ${variable.secret ? 'is not valid' : `is ${shown(text)}`}: it must be ${variable.expected}.`)
    return variable.fallback
  }
  const config: Config = {
    port: read('PORT'),
    host: read('HOST'),
    databaseUrl: read('DATABASE_URL'),
    dataDirectory: read('BATON_DATA_DIR'),
    databaseConnections: read('BATON_DATABASE_CONNECTIONS'),
    adminToken: read('BATON_ADMIN_TOKEN'),
    metricsToken: read('BATON_METRICS_TOKEN'),
    claimLeaseSeconds: read('BATON_CLAIM_LEASE_SECONDS'),
    runLeaseSeconds: read('BATON_RUN_LEASE_SECONDS'),
    sweepIntervalMs: read('BATON_SWEEP_INTERVAL_MS'),
    queueTtlSeconds: read('BATON_QUEUE_TTL_SECONDS'),
    keepProgressDays: read('BATON_KEEP_PROGRESS_DAYS'),
    keepTextsDays: read('BATON_KEEP_TEXTS_DAYS'),
    keepConversationsDays: read('BATON_KEEP_CONVERSATIONS_DAYS'),
    archiveDirectory: read('BATON_ARCHIVE_DIR'),
    logLevel: read('BATON_LOG_LEVEL'),
    graphiql: read('BATON_GRAPHIQL'),
    corsOrigins: read('BATON_CORS_ORIGINS'),
    trustedProxies: read('BATON_TRUST_PROXY'),
    rateLimitDaemon: read('BATON_RATE_LIMIT_DAEMON'),
    rateLimitOthers: read('BATON_RATE_LIMIT_OTHERS'),
    rateLimitFailures: read('BATON_RATE_LIMIT_FAILURES'),
    rateLimitStore: read('BATON_RATE_LIMIT_STORE'),
    streamsPerToken: read('BATON_STREAMS_PER_TOKEN'),
  }
  if (config.rateLimitStore === 'postgres' && config.databaseUrl === null) {
    problems.push('BATON_RATE_LIMIT_STORE is "postgres": it needs DATABASE_URL. The embedded database has one server.')
  }
  if (config.rateLimitStore === 'postgres' && config.databaseConnections === LEAST_CONNECTIONS) {
    problems.push(
      `BATON_DATABASE_CONNECTIONS is "${LEAST_CONNECTIONS}": it must be at least ${LEAST_CONNECTIONS + 1} with BATON_RATE_LIMIT_STORE=postgres.`,
    )
  }
  if (config.keepConversationsDays > 0 && config.archiveDirectory === null) {
    problems.push(
      `BATON_KEEP_CONVERSATIONS_DAYS is "${config.keepConversationsDays}": it needs BATON_ARCHIVE_DIR, the directory that closed conversations leave for.`,
    )
  }
  return problems.length === 0 ? { ok: true, config } : { ok: false, problems }
}

/** One line whatever it holds, and not a long one. */
function shown(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text)
}
