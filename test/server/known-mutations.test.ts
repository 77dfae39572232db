import type { IncomingMessage, ServerResponse } from 'node:http'
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { documents } from '../../src/daemon/client/documents.js'
import type { Database } from '../../src/database/sql.js'
import { AnswerSize } from '../../src/graphql/answer-size.js'
import { openLog } from '../../src/server/log.js'
import { Metrics } from '../../src/server/metrics.js'
import { openTracing } from '../../src/server/tracing.js'
import { openYoga } from '../../src/server/yoga.js'
import type { GraphQLServing } from '../../src/server/yoga.js'
import type { Caller } from '../../src/use-cases/caller.js'
import { aRuntime } from '../support/daemon-steps.js'
import { openEmbeddedDatabase } from '../support/embedded-database.js'
import { makeWorld } from '../support/services.js'
import type { World } from '../support/services.js'

let database: Database
let world: World
let metrics: Metrics
let serving: GraphQLServing
let beat: { query: string; variables: { input: { daemonId: string; runtimeIds: string[] } } }

beforeAll(async () => {
  database = await openEmbeddedDatabase()
  world = await makeWorld(database)
  const runtime = await aRuntime(world)
  beat = {
    query: documents.Heartbeat,
    variables: { input: { daemonId: runtime.daemonId, runtimeIds: [runtime.id] } },
  }
  metrics = new Metrics(database, world.clock, 1_000)
})

afterAll(() => database.close())

beforeEach(() => {
  serving = openYoga({
    services: world.services,
    observation: { log: openLog('silent'), metrics, tracing: openTracing() },
    graphiql: false,
    streamsPerToken: 0,
    onTokenRevoked: () => undefined,
  })
})

type Params = Parameters<GraphQLServing['knownMutations']['answer']>[0]

const contextOf = (caller: Caller | null) => ({
  ...{ req: { headers: {} } as IncomingMessage, res: {} as ServerResponse, caller, requestId: 'request-1' },
  charge: () => Promise.resolve(),
})

/** Through Yoga's pipeline, as often as it takes for a text to be known. */
async function sendOften(params: Params, caller: Caller | null = world.caller): Promise<unknown> {
  let result: unknown
  for (let n = 0; n < 5; n++) {
    const request = { method: 'POST', headers: { get: () => null } } as unknown as Request
    result = await serving.yoga.getResultForParams({ params, request }, contextOf(caller))
  }
  return result
}

const answer = (params: Params, caller: Caller | null = world.caller) =>
  serving.knownMutations.answer(params, contextOf(caller))

async function counted(): Promise<number> {
  const lines = (await metrics.text()).split('\n').filter((line) => line.startsWith('baton_operation_seconds_count'))
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
}

it('a text that was sent before is answered as it was, and measured', async () => {
  expect(answer(beat)).toBeNull()
  const before = await sendOften(beat)
  const measured = await counted()
  expect(await answer(beat)).toEqual(before)
  expect(before).toMatchObject({ extensions: { cost: { limit: 50_000 } } })
  expect(await counted()).toBe(measured + 1)
})

it('what the pipeline has found out holds for callers with a token, and for nobody else', async () => {
  await sendOften(beat, null)
  expect(answer(beat)).toBeNull()
  await sendOften(beat)
  expect(answer(beat, null)).toBeNull()
})

it('who may not call a field is told so, and what is wrong with its arguments is told to all others', async () => {
  await sendOften(beat)
  const refused = { errors: [{ extensions: { code: 'FORBIDDEN' } }], data: { heartbeat: null } }
  expect(await answer(beat, { ...world.caller, kind: 'VIEWER' })).toMatchObject(refused)
  const wrong = { ...beat, variables: { input: { ...beat.variables.input, daemonId: ' ' } } }
  const errors = [{ extensions: { code: 'BAD_USER_INPUT', fields: [{ path: 'input.daemonId' }] } }]
  expect(await answer(wrong)).toMatchObject({ errors, data: { heartbeat: null } })
})

it('variables that do not fit are put in words as the pipeline puts them', async () => {
  await sendOften(beat)
  const wrong = { query: beat.query, variables: { input: { daemonId: 7 } } }
  const [known, piped] = [await answer(wrong), await sendOften(wrong)]
  expect(JSON.stringify(known)).toBe(JSON.stringify(piped))
  expect(JSON.stringify(known)).toContain('String cannot represent a non string value: 7')
})

it('a failure of ours is masked', async () => {
  await sendOften(beat)
  const rows = vi.spyOn(database.sql, 'rows').mockRejectedValue(new Error('hunter2'))
  try {
    const result = await answer(beat)
    expect(result).toMatchObject({ errors: [{ extensions: { code: 'INTERNAL' } }], data: { heartbeat: null } })
    expect(JSON.stringify(result)).not.toContain('hunter2')
  } finally {
    rows.mockRestore()
  }
})

it('another operation than the one in the text is for the pipeline to miss', async () => {
  await sendOften(beat)
  expect(await answer({ ...beat, operationName: 'Heartbeat' })).toMatchObject({ data: {} })
  expect(answer({ ...beat, operationName: 'Other' })).toBeNull()
  expect(answer({ ...beat, operationName: '' })).toBeNull()
})

it.each([
  ['queries', '{ viewer { kind } }'],
  [
    'what may revoke a token, which is to be forgotten then',
    'mutation { revokeToken(input: { tokenId: "x" }) { token { id } } }',
  ],
  ['what is too long to be kept', `${documents.Heartbeat} # ${'x'.repeat(10_000)}`],
])('not known are %s', async (_what, query) => {
  const params = { ...beat, query }
  await sendOften(params)
  expect(answer(params)).toBeNull()
})

it('a bounded number of texts is known, the latest ones', async () => {
  const text = (n: number) => ({ ...beat, query: `${documents.Heartbeat} # ${n}` })
  for (let n = 0; n <= 200; n++) await sendOften(text(n))
  expect(answer(text(0))).toBeNull()
  expect(await answer(text(1))).toMatchObject({ data: {} })
})

it('of an answer whose texts are too large, what is there is told, and one error says so', async () => {
  await sendOften(beat)
  const exceeded = vi.spyOn(AnswerSize.prototype, 'isExceeded', 'get').mockReturnValue(true)
  try {
    const tooLarge = { errors: [{ extensions: { code: 'QUERY_TOO_COMPLEX' } }], data: { heartbeat: null } }
    expect(await answer(beat)).toMatchObject(tooLarge)
  } finally {
    exceeded.mockRestore()
  }
})
