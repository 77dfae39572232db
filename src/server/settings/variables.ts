import { z } from 'zod'
import { DEFAULT_CONNECTIONS, LEAST_CONNECTIONS } from '../../database/connection-shares.js'

/** A setting: how to parse its text, and its default. */
export interface Variable<T> {
  schema: z.ZodType<T, string>
  fallback: T
  /** Its description in docs/operate.md and `--help`. */
  about: string
  /** Follows "must be". */
  expected: string
  /** The value is never shown, not even if it is invalid. */
  secret?: true
}

function wholeNumber(about: string, from: number, to: number, fallback: number): Variable<number> {
  const schema = z
    .string()
    .regex(/^\d{1,12}$/)
    .transform(Number)
    .refine((value) => value >= from && value <= to)
  return { schema, fallback, about, expected: `a whole number from ${from} to ${to}` }
}

export function isPostgresUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, hostname, searchParams } = new URL(text)
  return (protocol === 'postgresql:' || protocol === 'postgres:') && (hostname !== '' || searchParams.has('host'))
}

/** An origin exactly as browsers send it, because it is compared with theirs. */
function isOrigin(text: string): boolean {
  return /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** A host name or address without scheme and port. */
const HOST_PATTERN = /^[\p{L}\p{N}:._%-]+$/u
/** Other characters cannot be sent in a header. */
const TOKEN_PATTERN = /^[\x21-\x7e]{8,512}$/

const port = wholeNumber('the port to listen on; 0: any free port', 0, 65_535, 4000)
const host: Variable<string> = {
  about: 'the address to listen on; plain HTTP, so any address but loopback needs a proxy that terminates TLS',
  schema: z.string().regex(HOST_PATTERN),
  fallback: '127.0.0.1',
  expected: 'a host name or an IP address to listen on, such as 127.0.0.1 or 0.0.0.0',
}
const databaseUrl: Variable<string | null> = {
  about: 'the PostgreSQL database, version 15 or newer; without it, the embedded database',
  schema: z.string().refine(isPostgresUrl),
  fallback: null,
  expected: 'postgresql://user:password@host:port/database, or unset for the embedded database',
  secret: true,
}
const dataDirectory: Variable<string> = {
  about: 'the directory of the embedded database; only one process can open it',
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
  about: 'the secret of the ROOT token; a new secret revokes the old one',
  schema: z.string().regex(TOKEN_PATTERN),
  fallback: null,
  expected: '8 to 512 printable ASCII characters without spaces, or unset to have one created on the first start',
  secret: true,
}
const metricsToken: Variable<string | null> = {
  about: 'the bearer token for /metrics; without it, only ROOT tokens can read the metrics',
  schema: z.string().regex(TOKEN_PATTERN),
  fallback: null,
  expected: '8 to 512 printable ASCII characters without spaces, or unset to let only ROOT tokens see the metrics',
  secret: true,
}
/** The API's leaseSeconds has the same range. */
const claimLease = wholeNumber('the lease of a claim before its run starts', 1, 3600, 60)
const runLease = wholeNumber('the lease of a started run; each heartbeat renews it', 1, 3600, 300)
const sweepInterval = wholeNumber(
  'how often the sweeper handles expired leases, scheduled tasks and old records',
  10,
  3_600_000,
  1000,
)
const queueTtl = wholeNumber('a task that waits longer fails with queue_expired; 0: no limit', 0, 315_360_000, 0)
/** At most a hundred years. */
const keepProgress = wholeNumber('how long progress is kept after its task ended; 0: no limit', 0, 36_500, 14)
const keepTexts = wholeNumber(
  'how long prompts, messages and outputs are kept after their turn ended; 0: no limit',
  0,
  36_500,
  0,
)
const keepConversations = wholeNumber(
  'a conversation that is idle for longer is sealed into BATON_ARCHIVE_DIR; 0: none is sealed',
  0,
  36_500,
  0,
)
const archiveDirectory: Variable<string | null> = {
  about: 'the directory of sealed conversations, the same for all servers',
  schema: z.string().refine((path) => !path.includes('\0')),
  fallback: null,
  expected: 'the path of a directory that all servers share',
}
const logLevel: Variable<LogLevel> = {
  about: 'the lowest level that is logged, as JSON lines on standard output; debug: one line for each operation',
  schema: z.enum(LOG_LEVELS),
  fallback: 'info',
  expected: `one of ${LOG_LEVELS.join(', ')}`,
}

const GRAPHIQL = ['auto', 'on', 'off'] as const
const graphiql: Variable<(typeof GRAPHIQL)[number]> = {
  about: 'whether GraphiQL is served; auto: only if no other machine can reach the server',
  schema: z.enum(GRAPHIQL),
  fallback: 'auto',
  expected: `one of ${GRAPHIQL.join(', ')}`,
}
const corsOrigins: Variable<readonly string[]> = {
  about: 'the origins whose pages may read answers',
  schema: z
    .string()
    .transform((list) => list.split(',').map((origin) => origin.trim()))
    .refine((origins) => origins.every(isOrigin)),
  fallback: [],
  expected: 'origins separated by commas, each without a path, such as https://app.example.com',
}
const trustedProxies = wholeNumber(
  'how many proxies are in front of the server, each adding to X-Forwarded-For',
  0,
  10,
  0,
)
const rateLimitDaemon = wholeNumber("requests per second with each daemon's token; 0: no limit", 0, 1_000_000, 200)
const rateLimitOthers = wholeNumber(
  'requests per second with each other token, and from each address without a token; 0: no limit',
  0,
  1_000_000,
  100,
)
const rateLimitFailures = wholeNumber('wrong tokens per minute from one address; 0: no limit', 0, 1_000_000, 60)
const streamsPerToken = wholeNumber(
  'streams that one token may have open at the same time; 0: no limit',
  0,
  1_000_000,
  100,
)
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
