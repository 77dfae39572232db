import { beforeAll, describe, expect, it } from 'vitest'
import { statement } from '../../src/database/sql.js'
import type { Database } from '../../src/database/sql.js'
import { Metrics } from '../../src/server/observing/metrics.js'
import { buildServices } from '../../src/use-cases/services/build-services.js'
import { unobserved } from '../../src/use-cases/services/observer.js'
import { claimTask } from '../../src/use-cases/claim-task.js'
import { sweep } from '../../src/use-cases/sweep.js'
import { WakeUps } from '../../src/wake-ups/wake-ups.js'
import { read } from '../support/docs-pages.js'
import { anAgent, aRuntime, enqueue } from '../support/daemon-steps.js'
import { requestGraphQL } from '../support/graphql-request.js'
import { ADMIN_TOKEN, startServer } from '../support/server-process.js'
import type { ServerProcess } from '../support/server-process.js'
import { makeWorld, TIMERS, valueOf } from '../support/services.js'
import type { World } from '../support/services.js'
import { describePostgres, forEachDatabase } from '../support/test-database.js'

const EVENTS = statement('test_events', 'SELECT count(*)::int AS n FROM session_event')
const OLD_FOLDS = statement('test_old_folds', 'UPDATE conversation SET "foldVersion" = 0')

/** A metric's line: the number after `name{labels}`. */
function valueIn(text: string, series: string): number | undefined {
  const line = text.split('\n').find((each) => each.startsWith(`${series} `))
  return line === undefined ? undefined : Number(line.slice(series.length + 1))
}

const OF_THE_SCRAPER: ReadonlySet<string> = new Set(['job', 'instance'])

interface Dashboard {
  panels: { targets: { expr: string; legendFormat: string }[] }[]
}

/** The metrics that docs/grafana-dashboard.json asks for, with the labels that it names them by. */
function seriesOfDashboard(): { name: string; labels: string[] }[] {
  const { panels } = JSON.parse(read('docs/grafana-dashboard.json')) as Dashboard
  const targets = panels.flatMap(({ targets }) => targets)
  expect(targets.length).toBeGreaterThan(12)
  return targets.map(({ expr, legendFormat }) => {
    const [, name = '', selector = ''] = /([a-z_]+[a-z0-9_]*)\{([^}]*)\}/.exec(expr) ?? []
    const grouped = [...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, by = '']) => by.split(', '))
    const shown = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label)
    const chosen = selector.split(',').map((one) => one.split(/=/)[0] ?? '')
    // The empty one stands for the metric itself.
    return { name, labels: ['', ...chosen, ...grouped, ...shown].filter((label) => label !== 'le') }
  })
}

function isLabelOf(text: string, name: string, label: string): boolean {
  if (label === '') return new RegExp(`^${name}[ {]`, 'm').test(text)
  return text.split('\n').some((line) => line.startsWith(`${name}{`) && line.includes(`${label}="`))
}

forEachDatabase((open) => {
  let database: Database
  let world: World
  let metrics: Metrics

  beforeAll(async () => {
    database = await open()
    world = await makeWorld(database)
    metrics = new Metrics(database, world.clock, 1000)
    world.services = process()
  })

  const process = () =>
    buildServices(database, world.clock, TIMERS, new WakeUps(), { ...unobserved, ...metrics.observer })

  it('the metrics of claims, events, sweeps and the queue match the database', async () => {
    const [runtime, idle] = [await aRuntime(world), await aRuntime(world)]
    const agent = await anAgent(world, runtime, { maxConcurrentTasks: 1 })
    for (let n = 0; n < 3; n++) await enqueue(world, agent)
    const claim = async (runtimeId: string) =>
      valueOf(await claimTask(world.services, world.caller, { runtimeIds: [runtimeId], max: 1, mutation: 'claimTask' }))
    await claim(runtime.id)
    await claim(runtime.id)
    await claim(idle.id)
    world.clock.pass(TIMERS.claimLease + 30)
    await database.sql.rows(OLD_FOLDS)
    // The first one remembers the states that it has folded.
    await metrics.measured(() => sweep(process()))()
    const [events] = await database.sql.rows<{ n: number }>(EVENTS)

    metrics.observer.refused('STALE_CLAIM')
    metrics.operation('query', [], 0.01)

    const text = await metrics.text()
    expect(valueIn(text, 'baton_claims_total{outcome="FRESH",reason="NO_PRIOR_SESSION"}')).toBe(1)
    expect(valueIn(text, 'baton_claims_total{outcome="EMPTY",reason="AGENT_AT_CAPACITY"}')).toBe(1)
    expect(valueIn(text, 'baton_claims_total{outcome="EMPTY",reason="QUEUE_EMPTY"}')).toBe(1)
    expect(valueIn(text, 'baton_claim_seconds_count')).toBe(1)
    expect(valueIn(text, 'baton_leases_expired_total')).toBe(1)
    expect(valueIn(text, 'baton_sweep_seconds_count')).toBe(1)
    expect(valueIn(text, 'baton_refolds_total')).toBe(1)
    expect(valueIn(text, 'baton_events_appended_total')).toBe(events?.n)
    const labels = `workspace="${world.caller.workspaceId}",runtime="${runtime.id}"`
    expect(valueIn(text, `baton_queue_depth{${labels},state="READY"}`)).toBeGreaterThanOrEqual(2)
    expect(valueIn(text, `baton_queue_depth{${labels},state="BEHIND"}`)).toBe(0)
    expect(valueIn(text, `baton_queue_oldest_age_seconds{${labels}}`)).toBe(TIMERS.claimLease + 30)
    expect(valueIn(text, 'baton_queue_readable')).toBe(1)
    expect(valueIn(text, 'baton_queue_runtimes_left_out')).toBe(0)
    expect(text).not.toContain(idle.id)

    const unknown = seriesOfDashboard().filter(
      ({ name, labels }) => !labels.every((label) => OF_THE_SCRAPER.has(label) || isLabelOf(text, name, label)),
    )
    // PGlite has no pools.
    expect(unknown.map(({ name }) => name)).toEqual(database.kind === 'embedded' ? ['baton_pool_connections'] : [])
  })

  it('consecutive scrapes read the queue once', async () => {
    let asked = 0
    const counting = {
      ...database,
      sql: { rows: (...args: Parameters<Database['sql']['rows']>) => (asked++, database.sql.rows(...args)) },
    }
    const own = new Metrics(counting as Database, world.clock, 1000)
    await Promise.all([own.text(), own.text()])
    await own.text()
    expect(asked).toBe(3)
  })

  it('all other metrics are served while the database does not answer', async () => {
    const broken = { ...database, sql: { rows: () => Promise.reject(new Error('away')) } }
    const text = await new Metrics(broken, world.clock, 1000).text()
    expect(valueIn(text, 'baton_queue_readable')).toBe(0)
    expect(text).toContain('nodejs_eventloop_lag_seconds')
  })
})

describe('GET /metrics', () => {
  const metricsToken = 'a-scraper-of-metrics'
  let server: ServerProcess

  beforeAll(async () => {
    server = await startServer({ env: { BATON_ADMIN_TOKEN: ADMIN_TOKEN, BATON_METRICS_TOKEN: metricsToken } })
  })

  const scrape = (token: string | null, method = 'GET') =>
    fetch(`${server.url}/metrics`, { method, headers: token === null ? {} : { authorization: `Bearer ${token}` } })

  it('accepts the metrics token and ROOT tokens', async () => {
    for (const token of [metricsToken, ADMIN_TOKEN]) {
      const response = await scrape(token)
      const text = await response.text()
      expect([response.status, response.headers.get('content-type')]).toEqual([
        200,
        'text/plain; version=0.0.4; charset=utf-8',
      ])
      for (const name of ['process_cpu_seconds_total', 'nodejs_eventloop_lag_seconds', 'baton_sweeper_lag_seconds']) {
        expect(text).toMatch(new RegExp(`^${name} `, 'm'))
      }
    }
    expect((await scrape(metricsToken, 'POST')).status).toBe(405)
  })

  it.each(['ADMIN', 'MEMBER', 'VIEWER'])(
    'refuses a workspace’s %s token, because it shows the queues of all workspaces',
    async (kind) => {
      const { data } = await requestGraphQL(
        server.url,
        ADMIN_TOKEN,
        `mutation { createToken(input: { name: "x", kind: ${kind} }) { secret } }`,
      )
      const { secret } = data?.['createToken'] as { secret: string }
      const response = await scrape(secret)
      expect([response.status, await response.text()]).toEqual([401, expect.not.stringContaining('baton_')])
    },
  )

  it.each([null, 'wrong', ''])('refuses the token %j', async (token) => {
    expect((await scrape(token)).status).toBe(401)
  })

  it('has a token that is refused everywhere else', async () => {
    expect(await requestGraphQL(server.url, metricsToken, '{ viewer { kind } }')).toMatchObject({
      errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
    })
  })

  it('counts fenced calls and operations', async () => {
    const ask = (query: string) => requestGraphQL(server.url, ADMIN_TOKEN, query)
    const idIn = (answer: unknown) => /"(\w+_\w{26})"/.exec(JSON.stringify(answer))?.[1] ?? ''
    const runtimeId = idIn(
      await ask('mutation { registerRuntime(input: { daemonId: "d", provider: "p" }) { runtime { id } } }'),
    )
    const agentId = idIn(
      await ask(`mutation { createAgent(input: { name: "Ada", runtimeId: "${runtimeId}" }) { agent { id } } }`),
    )
    const taskId = idIn(
      await ask(
        `mutation { enqueueTask(input: { agentId: "${agentId}", issueKey: "A-1", prompt: "x" }) { task { id } } }`,
      ),
    )
    await ask(`mutation { claimTask(input: { runtimeId: "${runtimeId}" }) { ... on TaskClaim { claimToken } } }`)
    await ask(`mutation { startTask(input: { taskId: "${taskId}", claimToken: "of-a-zombie" }) { task { id } } }`)
    const text = await (await scrape(metricsToken)).text()
    expect(valueIn(text, 'baton_refused_calls_total{code="STALE_CLAIM"}')).toBe(1)
    expect(valueIn(text, 'baton_operation_seconds_count{kind="mutation",outcome="refused"}')).toBe(1)
  })
})

describePostgres('the pools', (open) => {
  it('report how their connections are used', async () => {
    const database = await open()
    const world = await makeWorld(database)
    const text = await database.transaction(() => new Metrics(database, world.clock, 1000).text())
    expect(valueIn(text, 'baton_pool_connections{pool="writes",state="busy"}')).toBeGreaterThanOrEqual(1)
    expect(valueIn(text, 'baton_pool_connections{pool="reads",state="waiting"}')).toBe(0)
  })
})
