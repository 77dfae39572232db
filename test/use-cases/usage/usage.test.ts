import { beforeAll, expect, it, test } from 'vitest'
import type { Database } from '../../../src/database/sql.js'
import { statement } from '../../../src/database/sql.js'
import { openEmbeddedDatabase } from '../../support/embedded-database.js'
import { Api } from '../../support/graphql.js'
import { expectSound } from '../../support/invariants.js'

const USAGE = {
  model: 'opus',
  inputTokens: 1200,
  outputTokens: 34,
  cacheReadTokens: 5_000_000,
  cacheWriteTokens: 7,
  costUsd: 0.125,
  contextUsed: 90_000,
  contextMax: 200_000,
}
const FIELDS = Object.keys(USAGE).join(' ')

let api: Api
let database: Database
let runtimeId: string

beforeAll(async () => {
  database = await openEmbeddedDatabase()
  api = await Api.open(database)
  runtimeId = await made('registerRuntime', 'runtime', { daemonId: 'laptop', provider: 'claude' })
  return () => database.close()
})

async function call<T>(name: string, answer: string, input: object): Promise<T> {
  const type = `${name[0]?.toUpperCase() ?? ''}${name.slice(1)}Input`
  const document = `mutation ($input: ${type}!) { ${name}(input: $input) { ${answer} } }`
  return (await api.as('ROOT').ask(document, { input }))[name] as T
}

async function made(name: string, thing: string, input: object): Promise<string> {
  return (await call<Record<string, { id: string }>>(name, `${thing} { id }`, input))[thing]?.id ?? ''
}

async function aRun(agentId: string): Promise<{ taskId: string; claimToken: string }> {
  await made('enqueueTask', 'task', { agentId, issueKey: 'K-1', prompt: 'Go.' })
  const answer = '... on TaskClaim { claimToken task { id } }'
  const { claimToken, task } = await call<{ claimToken: string; task: { id: string } }>('claimTask', answer, {
    runtimeId,
  })
  const key = { taskId: task.id, claimToken }
  await made('startTask', 'task', key)
  return key
}

const agentOf = (name: string) => made('createAgent', 'agent', { name, runtimeId })

it('the usage of a run is stored with its completed or failed task and in the event of its end', async () => {
  const agentId = await agentOf('Ada')
  const answer = `task { usage { ${FIELDS} } events(last: 2) { nodes { type data } } }`
  const completed = await call<{ task: object }>('completeTask', answer, { ...(await aRun(agentId)), usage: USAGE })
  expect(completed.task).toMatchObject({ usage: USAGE, events: { nodes: [{}, { data: { usage: USAGE } }] } })
  const failure = { failureReason: 'agent_error', error: 'x', usage: { outputTokens: 5 } }
  const failed = await call<{ task: object }>('failTask', `task { usage { ${FIELDS} } }`, {
    ...(await aRun(agentId)),
    ...failure,
  })
  const nothing = Object.fromEntries(Object.keys(USAGE).map((key) => [key, null]))
  expect(failed.task).toEqual({ usage: { ...nothing, outputTokens: 5 } })
  await expectSound(database)
})

it('a missing or empty usage is null', async () => {
  const agentId = await agentOf('Ada')
  for (const usage of [undefined, null, {}]) {
    const { task } = await call<{ task: object }>('completeTask', `task { usage { ${FIELDS} } }`, {
      ...(await aRun(agentId)),
      usage,
    })
    expect(task).toEqual({ usage: null })
  }
})

test.each([
  ['inputTokens', -1],
  ['outputTokens', -1],
  ['cacheReadTokens', -5],
  ['cacheWriteTokens', -5],
  ['contextUsed', -1],
  ['contextMax', -1],
  ['costUsd', -0.01],
  ['costUsd', 1_000_001],
  ['model', ' '],
  ['model', 'x'.repeat(513)],
])('usage.%s cannot be %s', async (key, value) => {
  const document = 'mutation ($input: CompleteTaskInput!) { completeTask(input: $input) { task { id } } }'
  const input = { ...(await aRun(await agentOf('Bea'))), usage: { [key]: value } }
  const refusal = await api.as('ROOT').refusal(document, { input })
  expect(refusal).toMatchObject({ code: 'BAD_USER_INPUT', fields: [{ path: `input.usage.${key}` }] })
  await made('completeTask', 'task', { taskId: input.taskId, claimToken: input.claimToken })
})

const SUMS = 'day runs inputTokens outputTokens cacheReadTokens cacheWriteTokens costUsd agent { name }'
const byDay = async (variables: Record<string, unknown>) => {
  const document = `query ($since: DateTime, $until: DateTime, $agentId: ID) {
    usageByDay(since: $since, until: $until, agentId: $agentId) { ${SUMS} } }`
  return (await api.as('VIEWER').ask(document, variables))['usageByDay']
}

it('usageByDay adds up by agent and day, beyond the range of Int, within its period', async () => {
  const agentId = await agentOf('Cleo')
  const most = 2_147_483_647
  for (const usage of [USAGE, { inputTokens: most, costUsd: 0.5 }, { outputTokens: 1 }]) {
    await made('completeTask', 'task', { ...(await aRun(agentId)), usage })
  }
  await made('completeTask', 'task', await aRun(agentId))
  const now = api.services.clock.now()
  const sums = { runs: 3, inputTokens: most + 1200, outputTokens: 35, cacheReadTokens: 5_000_000, cacheWriteTokens: 7 }
  const day = { day: now.toISOString().slice(0, 10), ...sums, costUsd: 0.625, agent: { name: 'Cleo' } }
  const until = new Date(now.getTime() + 60_000)
  expect(await byDay({ agentId, until })).toEqual([day])
  expect(await byDay({ until })).toContainEqual(day)
  expect(await byDay({ agentId, until: new Date(now.getTime() - 3_600_000) })).toEqual([])
  expect(await byDay({ agentId, since: until, until: new Date(until.getTime() + 1000) })).toEqual([])
})

it('usageByDay is refused for more than 366 days', async () => {
  const document = 'query ($since: DateTime) { usageByDay(since: $since) { day } }'
  const refusal = await api.as('VIEWER').refusal(document, { since: '2000-01-01T00:00:00Z' })
  expect(refusal).toMatchObject({ code: 'BAD_USER_INPUT', fields: [{ path: 'since' }] })
})

it('usageByDay has its own index and reads only events with a usage', async () => {
  const text = `EXPLAIN SELECT 1 FROM session_event e WHERE e."workspaceId" = 'ws' AND e.type IN ('TASK_COMPLETED', 'TASK_FAILED')
    AND e.data ? 'usage' AND e."occurredAt" >= '2026-01-01' AND e."occurredAt" < '2026-01-02'`
  await database.transaction(async (sql) => {
    await sql.rows(statement('no_seq_scan', 'SET LOCAL enable_seqscan = off'))
    const plan = await sql.rows<Record<string, string>>(statement('usage_plan', text))
    expect(JSON.stringify(plan)).toContain('session_event_usage')
  })
})
