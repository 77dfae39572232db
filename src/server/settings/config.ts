import { LEAST_CONNECTIONS } from '../../database/connection-shares.js'
import { unknownSettings } from './unknown-settings.js'
import { VARIABLES } from './variables.js'
import type { LogLevel, Variable } from './variables.js'

/** The settings, with defaults. docs/operate.md lists them. */
export interface Config {
  /** 0 means any free port. */
  port: number
  host: string
  /** null means the embedded database in `dataDirectory`. */
  databaseUrl: string | null
  dataDirectory: string
  /** The most connections of this server to PostgreSQL. */
  databaseConnections: number
  /** The secret of the ROOT token; null lets the very first start create one. */
  adminToken: string | null
  /** The bearer token for /metrics; null allows only ROOT tokens. */
  metricsToken: string | null
  claimLeaseSeconds: number
  runLeaseSeconds: number
  sweepIntervalMs: number
  /** 0 means no limit. */
  queueTtlSeconds: number
  /** How long data is kept after its end, in days; 0 means no limit. */
  keepProgressDays: number
  keepTextsDays: number
  keepConversationsDays: number
  /** The directory of sealed conversations; null if there is none. */
  archiveDirectory: string | null
  logLevel: LogLevel
  /** auto: only if no other machine can reach the server. */
  graphiql: 'auto' | 'on' | 'off'
  /** The origins whose pages may read answers, as browsers write them. */
  corsOrigins: readonly string[]
  /** The number of proxies in front, each adding to X-Forwarded-For. They are assumed to terminate TLS. */
  trustedProxies: number
  /** Requests per second for each daemon's token, and for each other token; 0 means no limit. */
  rateLimitDaemon: number
  rateLimitOthers: number
  /** Wrong tokens per minute from one address; 0 means no limit. */
  rateLimitFailures: number
  /** Open streams of one token in this process; 0 means no limit. */
  streamsPerToken: number
  /** Whether requests are counted in each process, or in the database for all servers. */
  rateLimitStore: 'memory' | 'postgres'
}

export type ReadConfig = { ok: true; config: Config } | { ok: false; problems: string[] }

type Value<Name extends keyof typeof VARIABLES> = (typeof VARIABLES)[Name]['fallback']

/** The texts of settings, by name. */
export type Settings = Readonly<Partial<Record<keyof typeof VARIABLES, string>>>

/** The settings of this process. The command line takes precedence over the environment. */
export function readProcessConfig(given: Settings = {}): ReadConfig {
  return readConfig({ ...process.env, ...given })
}

/** A sentence for each variable of this process that looks like a setting but is none. */
export function unknownProcessSettings(): string[] {
  return unknownSettings(Object.keys(process.env), Object.keys(VARIABLES))
}

/**
 * Reports all problems at once, one sentence each. An empty variable counts as unset, because compose files pass those
 * on.
 */
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
      `BATON_KEEP_CONVERSATIONS_DAYS is "${config.keepConversationsDays}": it needs BATON_ARCHIVE_DIR, the directory of sealed conversations.`,
    )
  }
  return problems.length === 0 ? { ok: true, config } : { ok: false, problems }
}

/** The text as one short line. */
function shown(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text)
}
