import { describe, expect, it, vi } from 'vitest'
import { readConfig, readProcessConfig } from '../../src/server/settings/config.js'
import type { Config } from '../../src/server/settings/config.js'

const DEFAULTS: Config = {
  port: 4000,
  host: '127.0.0.1',
  databaseUrl: null,
  dataDirectory: '.data',
  databaseConnections: 17,
  adminToken: null,
  metricsToken: null,
  claimLeaseSeconds: 60,
  runLeaseSeconds: 300,
  sweepIntervalMs: 1000,
  queueTtlSeconds: 0,
  keepProgressDays: 14,
  keepTextsDays: 0,
  keepConversationsDays: 0,
  archiveDirectory: null,
  logLevel: 'info',
  graphiql: 'auto',
  corsOrigins: [],
  trustedProxies: 0,
  rateLimitDaemon: 200,
  rateLimitOthers: 100,
  rateLimitFailures: 60,
  rateLimitStore: 'memory',
  streamsPerToken: 100,
}

describe('settings', () => {
  it('all have defaults', () => {
    expect(readConfig({})).toEqual({ ok: true, config: DEFAULTS })
  })

  it('an empty variable counts as unset', () => {
    expect(readConfig({ PORT: '', DATABASE_URL: ' ', BATON_ADMIN_TOKEN: '' })).toEqual({ ok: true, config: DEFAULTS })
  })

  it.each<[string, string, Partial<Config>]>([
    ['PORT', '8080', { port: 8080 }],
    ['PORT', '0', { port: 0 }],
    ['PORT', ' 65535 ', { port: 65_535 }],
    ['HOST', '0.0.0.0', { host: '0.0.0.0' }],
    ['HOST', '::1', { host: '::1' }],
    ['HOST', 'localhost', { host: 'localhost' }],
    ['DATABASE_URL', 'postgresql://u:p@db:5432/baton', { databaseUrl: 'postgresql://u:p@db:5432/baton' }],
    ['DATABASE_URL', 'postgres://db/baton?sslmode=require', { databaseUrl: 'postgres://db/baton?sslmode=require' }],
    ['DATABASE_URL', 'postgresql:///baton?host=/run/pg', { databaseUrl: 'postgresql:///baton?host=/run/pg' }],
    ['BATON_DATA_DIR', '/var/lib/baton', { dataDirectory: '/var/lib/baton' }],
    ['BATON_ADMIN_TOKEN', 'eight888', { adminToken: 'eight888' }],
    ['BATON_METRICS_TOKEN', 'eight888', { metricsToken: 'eight888' }],
    ['BATON_CLAIM_LEASE_SECONDS', '1', { claimLeaseSeconds: 1 }],
    ['BATON_RUN_LEASE_SECONDS', '3600', { runLeaseSeconds: 3600 }],
    ['BATON_SWEEP_INTERVAL_MS', '10', { sweepIntervalMs: 10 }],
    ['BATON_QUEUE_TTL_SECONDS', '86400', { queueTtlSeconds: 86_400 }],
    ['BATON_KEEP_PROGRESS_DAYS', '0', { keepProgressDays: 0 }],
    ['BATON_KEEP_TEXTS_DAYS', '400', { keepTextsDays: 400 }],
    ['BATON_LOG_LEVEL', 'silent', { logLevel: 'silent' }],
    ['BATON_GRAPHIQL', 'off', { graphiql: 'off' }],
    ['BATON_CORS_ORIGINS', 'https://a.example', { corsOrigins: ['https://a.example'] }],
    [
      'BATON_CORS_ORIGINS',
      'https://a.example, http://localhost:5173',
      { corsOrigins: ['https://a.example', 'http://localhost:5173'] },
    ],
    ['BATON_TRUST_PROXY', '1', { trustedProxies: 1 }],
    ['BATON_RATE_LIMIT_DAEMON', '0', { rateLimitDaemon: 0 }],
    ['BATON_RATE_LIMIT_OTHERS', '50', { rateLimitOthers: 50 }],
    ['BATON_RATE_LIMIT_FAILURES', '5', { rateLimitFailures: 5 }],
    ['BATON_STREAMS_PER_TOKEN', '7', { streamsPerToken: 7 }],
    ['BATON_DATABASE_CONNECTIONS', '3', { databaseConnections: 3 }],
  ])('%s accepts %j', (name, value, expected) => {
    expect(readConfig({ [name]: value })).toEqual({ ok: true, config: { ...DEFAULTS, ...expected } })
  })

  it.each([
    ['PORT', '65536', 'PORT is "65536": it must be a whole number from 0 to 65535.'],
    ['PORT', '-1', 'PORT is "-1": it must be a whole number from 0 to 65535.'],
    ['PORT', '4e3', 'PORT is "4e3": it must be a whole number from 0 to 65535.'],
    ['PORT', '80a', 'PORT is "80a": it must be a whole number from 0 to 65535.'],
    ['PORT', '4000.5', 'PORT is "4000.5": it must be a whole number from 0 to 65535.'],
    ['HOST', 'http://localhost', 'HOST is "http://localhost": it must be a host name or an IP address'],
    ['HOST', '[::1]', 'HOST is "[::1]": it must be a host name or an IP address'],
    ['BATON_DATA_DIR', 'a\0b', 'BATON_DATA_DIR is "a\\u0000b": it must be the path of a directory.'],
    ['BATON_CLAIM_LEASE_SECONDS', '0', 'is "0": it must be a whole number from 1 to 3600.'],
    ['BATON_CLAIM_LEASE_SECONDS', '3601', 'is "3601": it must be a whole number from 1 to 3600.'],
    ['BATON_RUN_LEASE_SECONDS', '0', 'is "0": it must be a whole number from 1 to 3600.'],
    ['BATON_SWEEP_INTERVAL_MS', '9', 'is "9": it must be a whole number from 10 to 3600000.'],
    ['BATON_QUEUE_TTL_SECONDS', '-1', 'is "-1": it must be a whole number from 0 to 315360000.'],
    ['BATON_KEEP_TEXTS_DAYS', '-1', 'is "-1": it must be a whole number from 0 to 36500.'],
    ['BATON_GRAPHIQL', 'true', 'is "true": it must be one of auto, on, off.'],
    ['BATON_CORS_ORIGINS', '*', 'is "*": it must be origins separated by commas'],
    ['BATON_CORS_ORIGINS', 'https://a.example/', 'is "https://a.example/": it must be origins separated by commas'],
    ['BATON_CORS_ORIGINS', 'https://a.example,', 'is "https://a.example,": it must be origins separated by commas'],
    ['BATON_CORS_ORIGINS', 'null', 'is "null": it must be origins separated by commas'],
    ['BATON_TRUST_PROXY', 'true', 'is "true": it must be a whole number from 0 to 10.'],
    ['BATON_DATABASE_CONNECTIONS', '2', 'is "2": it must be a whole number from 3 to 1000.'],
    ['BATON_DATABASE_CONNECTIONS', '1001', 'is "1001": it must be a whole number from 3 to 1000.'],
    ['BATON_LOG_LEVEL', 'loud', 'is "loud": it must be one of fatal, error, warn, info, debug, trace, silent.'],
    ['BATON_LOG_LEVEL', 'x\ny', 'is "x\\ny": it must be one of'],
  ])('%s refuses %j', (name, value, sentence) => {
    const read = readConfig({ [name]: value })
    expect(read).toEqual({ ok: false, problems: [expect.stringContaining(sentence)] })
    expect(read).toEqual({ ok: false, problems: [expect.stringMatching(new RegExp(`^${name} [^\\n]*$`))] })
  })

  it.each([
    ['DATABASE_URL', 'mysql://root:hunter2@db/baton', 'DATABASE_URL is not valid: it must be postgresql://'],
    ['DATABASE_URL', 'hunter2', 'DATABASE_URL is not valid: it must be postgresql://'],
    ['DATABASE_URL', 'postgresql:///hunter2', 'DATABASE_URL is not valid: it must be postgresql://'],
    ['BATON_ADMIN_TOKEN', 'hunter2', 'BATON_ADMIN_TOKEN is not valid: it must be 8 to 512 printable'],
    ['BATON_ADMIN_TOKEN', 'with hunter2 inside', 'BATON_ADMIN_TOKEN is not valid: it must be 8 to 512 printable'],
    ['BATON_ADMIN_TOKEN', 'hunter2ünter2', 'BATON_ADMIN_TOKEN is not valid: it must be 8 to 512 printable'],
  ])('the secret %s is not shown if it is wrong', (name, value, sentence) => {
    const read = readConfig({ [name]: value })
    expect(read).toEqual({ ok: false, problems: [expect.stringContaining(sentence)] })
    expect(JSON.stringify(read)).not.toContain('hunter2')
  })

  it('three connections are too few if requests are counted in the database', () => {
    const settings = { BATON_RATE_LIMIT_STORE: 'postgres', DATABASE_URL: 'postgresql://db/baton' }
    expect(readConfig({ ...settings, BATON_DATABASE_CONNECTIONS: '4' }).ok).toBe(true)
    expect(readConfig({ ...settings, BATON_DATABASE_CONNECTIONS: '3' })).toEqual({
      ok: false,
      problems: [expect.stringMatching(/^BATON_DATABASE_CONNECTIONS is "3": it must be at least 4 with /)],
    })
  })

  it('BATON_KEEP_CONVERSATIONS_DAYS needs BATON_ARCHIVE_DIR', () => {
    const settings = { BATON_KEEP_CONVERSATIONS_DAYS: '90' }
    expect(readConfig({ ...settings, BATON_ARCHIVE_DIR: '/archive' }).ok).toBe(true)
    expect(readConfig(settings)).toEqual({
      ok: false,
      problems: [expect.stringMatching(/^BATON_KEEP_CONVERSATIONS_DAYS is "90": it needs BATON_ARCHIVE_DIR, /)],
    })
  })

  it('all wrong variables are named together', () => {
    const read = readConfig({ PORT: 'x', HOST: '/', BATON_LOG_LEVEL: 'y' })
    expect(read).toEqual({
      ok: false,
      problems: [
        expect.stringContaining('PORT is "x"'),
        expect.stringContaining('HOST is "/"'),
        expect.stringContaining('BATON_LOG_LEVEL is "y"'),
      ],
    })
  })

  it('a value of any length is shown in a short line', () => {
    const read = readConfig({ PORT: '9'.repeat(100_000) })
    expect(read.ok ? [] : read.problems.map(({ length }) => length < 200)).toEqual([true])
  })

  it('the settings of the process are those of its environment', () => {
    vi.stubEnv('PORT', '4711')
    expect(readProcessConfig()).toMatchObject({ ok: true, config: { port: 4711 } })
  })
})
