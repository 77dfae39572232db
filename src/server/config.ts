import { z } from 'zod'
import { DEFAULT_CONNECTIONS, LEAST_CONNECTIONS } from '../database/connection-shares.js'
import { unknownSettings } from './unknown-settings.js'
import { isOrigin, isPostgresUrl, wholeNumber } from './variable.js'
import type { Variable } from './variable.js'

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

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

export type ReadConfig = { ok: true; config: Config } | { ok: false; problems: string[] }

/** A name or an address, as a socket takes it: no scheme, no port. */
const HOST_PATTERN = /^[\p{L}\p{N}:._%-]+$/u
/** Anything else could not be sent in a header. */
const TOKEN_PATTERN = /^[\x21-\x7e]{8,512}$/

const port = wholeNumber('the port to listen on; 0: any free one', 0, 65_535, 4000)
const host: Variable<string> = {
  about: 'the address to listen on; plain HTTP, so anything but loopback needs a proxy that ends TLS',
  schema: z.string().regex(HOST_PATTERN),
  fallback: '127.0.0.1',
  expected: 'a host name or an IP address to listen on, such as 127.0.0.1 or 0.0.0.0',
}
const databaseUrl: Variable<string | null> = {
  about: 'the PostgreSQL to use, 15 or newer; without it, the embedded database',
  schema: z.string().refine(isPostgresUrl),
  fallback: null,
  expected: 'postgresql://user:password@host:port/database, or unset for the embedded database',
  secret: true,
}
const dataDirectory: Variable<string> = {
  about: 'where the embedded database is; one process at a time',
  schema: z.string().refine((path) => !path.includes('\0')),
  fallback: '.data',
  expected: 'the path of a directory',
}
const databaseConnections = wholeNumber(
  'the most connections that one server opens to PostgreSQL',
  LEAST_CONNECTIONS,
  1_000,
  DEFAULT_CONNECTIONS,
)
const adminToken: Variable<string | null> = {
  about: 'the secret of the ROOT token; a changed one revokes the one before it',
  schema: z.string().regex(TOKEN_PATTERN),
  fallback: null,
  expected: '8 to 512 printable ASCII characters without spaces, or unset to have one made on the first start',
  secret: true,
}
const metricsToken: Variable<string | null> = {
  about: 'what a scraper of /metrics sends as its bearer token; without it, a ROOT token',
  schema: z.string().regex(TOKEN_PATTERN),
  fallback: null,
  expected: '8 to 512 printable ASCII characters without spaces, or unset to let only ROOT tokens see the metrics',
  secret: true,
}
/** The API's leaseSeconds has the same range. */
const claimLease = wholeNumber('how long a claim is held that has not started', 1, 3600, 60)
const runLease = wholeNumber('how long a started run is held; each heartbeat renews it', 1, 3600, 300)
const sweepInterval = wholeNumber(
  'how often leases, scheduled tasks and old records are looked after',
  10,
  3_600_000,
  1000,
)
const queueTtl = wholeNumber(
  'a task that waits longer fails with queue_expired; 0: it may wait for ever',
  0,
  315_360_000,
  0,
)
/** A hundred years at most. */
const keepProgress = wholeNumber('how long progress is kept after its task ended; 0: for ever', 0, 36_500, 14)
const keepTexts = wholeNumber(
  'how long prompts, messages and outputs are kept after their turn ended; 0: for ever',
  0,
  36_500,
  0,
)
const keepConversations = wholeNumber(
  'a conversation in which nothing happened for so long is sealed into BATON_ARCHIVE_DIR; 0: none is',
  0,
  36_500,
  0,
)
const archiveDirectory: Variable<string | null> = {
  about: 'where sealed conversations go, the same for all servers',
  schema: z.string().refine((path) => !path.includes('\0')),
  fallback: null,
  expected: 'the path of a directory that all servers have in common',
}
const logLevel: Variable<LogLevel> = {
  about: 'how much is logged, as JSON lines on standard output; debug: a line for each operation',
  schema: z.enum(LOG_LEVELS),
  fallback: 'info',
  expected: `one of ${LOG_LEVELS.join(', ')}`,
}

const GRAPHIQL = ['auto', 'on', 'off'] as const
const graphiql: Variable<Config['graphiql']> = {
  about: 'whether GraphiQL is served; auto: where only this machine can reach the server',
  schema: z.enum(GRAPHIQL),
  fallback: 'auto',
  expected: `one of ${GRAPHIQL.join(', ')}`,
}
const corsOrigins: Variable<readonly string[]> = {
  about: 'whose pages may read answers',
  schema: z
    .string()
    .transform((list) => list.split(',').map((origin) => origin.trim()))
    .refine((origins) => origins.every(isOrigin)),
  fallback: [],
  expected: 'origins separated by commas, each without a path, such as https://app.example.com',
}
const trustedProxies = wholeNumber('how many proxies stand in front, each adding to X-Forwarded-For', 0, 10, 0)
const rateLimitDaemon = wholeNumber("requests a second of each daemon's token; 0: no limit", 0, 1_000_000, 200)
const rateLimitOthers = wholeNumber(
  'requests a second of each other token, and of each address without one; 0: no limit',
  0,
  1_000_000,
  100,
)
const rateLimitFailures = wholeNumber('wrong tokens a minute from one address; 0: no limit', 0, 1_000_000, 60)
const streamsPerToken = wholeNumber('streams that one token may have open at once; 0: no limit', 0, 1_000_000, 100)
const rateLimitStore: Variable<'memory' | 'postgres'> = {
  about: 'where requests are counted',
  schema: z.enum(['memory', 'postgres']),
  fallback: 'memory',
  expected: 'memory (each server counts for itself) or postgres (all servers together; with DATABASE_URL)',
}

/** Every setting by its name. */
export const VARIABLES = {
  PORT: port,
  HOST: host,
  DATABASE_URL: databaseUrl,
  BATON_DATA_DIR: dataDirectory,
  BATON_DATABASE_CONNECTIONS: databaseConnections,
  BATON_ADMIN_TOKEN: adminToken,
  BATON_METRICS_TOKEN: metricsToken,
  BATON_CLAIM_LEASE_SECONDS: claimLease,
  BATON_RUN_LEASE_SECONDS: runLease,
  BATON_SWEEP_INTERVAL_MS: sweepInterval,
  BATON_QUEUE_TTL_SECONDS: queueTtl,
  BATON_KEEP_PROGRESS_DAYS: keepProgress,
  BATON_KEEP_TEXTS_DAYS: keepTexts,
  BATON_KEEP_CONVERSATIONS_DAYS: keepConversations,
  BATON_ARCHIVE_DIR: archiveDirectory,
  BATON_LOG_LEVEL: logLevel,
  BATON_GRAPHIQL: graphiql,
  BATON_CORS_ORIGINS: corsOrigins,
  BATON_TRUST_PROXY: trustedProxies,
  BATON_RATE_LIMIT_DAEMON: rateLimitDaemon,
  BATON_RATE_LIMIT_OTHERS: rateLimitOthers,
  BATON_RATE_LIMIT_FAILURES: rateLimitFailures,
  BATON_RATE_LIMIT_STORE: rateLimitStore,
  BATON_STREAMS_PER_TOKEN: streamsPerToken,
} as const

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
