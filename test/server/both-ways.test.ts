import { beforeAll, describe, expect, it } from 'vitest'
import { documents } from '../../src/daemon/client/documents.js'
import { callOf, rootFields } from '../support/schema-calls.js'
import { ADMIN_TOKEN, startServer } from '../support/server-process.js'
import type { ServerProcess } from '../support/server-process.js'

/**
 * A plain JSON POST goes around Yoga's HTTP layer, and a mutation that comes again is run as compiled code. Whoever asks
 * must not be able to tell: the same call is sent on the long way, and four times on the short one.
 */
const SHORT = 'application/json'
/** Just as much JSON, but not as clients write it. */
const LONG = 'application/json; profile="long"'

let server: ServerProcess
let viewer: string
let runtimeId: string

beforeAll(async () => {
  // Off, so that a thousand calls in a moment are what they are about.
  const unlimited = { BATON_RATE_LIMIT_DAEMON: '0', BATON_RATE_LIMIT_OTHERS: '0' }
  server = await startServer({ env: { BATON_ADMIN_TOKEN: ADMIN_TOKEN, ...unlimited } })
  const made = await asAdmin(`mutation { createToken(input: { name: "V", kind: VIEWER }) { secret } }`)
  viewer = (made['createToken'] as { secret: string }).secret
  const registered = await asAdmin(
    `mutation { registerRuntime(input: { daemonId: "daemon-1", provider: "claude" }) { runtime { id } } }`,
  )
  runtimeId = (registered['registerRuntime'] as { runtime: { id: string } }).runtime.id
})

async function asAdmin(query: string): Promise<Record<string, unknown>> {
  const response = await post(SHORT, JSON.stringify({ query }), ADMIN_TOKEN)
  return ((await response.json()) as { data: Record<string, unknown> }).data
}

interface Headers {
  accept?: string
}

function post(contentType: string, body: string, token: string | null, { accept }: Headers = {}): Promise<Response> {
  const authorization = token === null ? undefined : `Bearer ${token}`
  const headers = { 'content-type': contentType, authorization, accept }
  const given = Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))
  return fetch(`${server.url}/graphql`, { method: 'POST', headers: given as [string, string][], body })
}

/** Everything that a client sees of an answer, but for what differs between any two calls. */
async function seen(response: Response): Promise<object> {
  const headers = Object.fromEntries(
    [...response.headers].filter(([name]) => !['date', 'x-request-id', 'content-length'].includes(name)),
  )
  return { status: response.status, headers, body: withoutNews(await response.text()) }
}

/** Ids, times, secrets and request ids are new with each call. */
function withoutNews(body: string): string {
  return body
    .replaceAll(/\b(ws|tok|rt|agt|chat|issue|msg|task|evt)_[0-9a-hjkmnp-tv-z]{26}\b/g, '$1_')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replaceAll(/baton_[\w-]{20,}/g, 'SECRET')
    .replaceAll(/"requestId":"[\w-]{12}"/g, '"requestId":"ID"')
    .replaceAll(/"(position|basis)":"\d+"/g, '"$1":"N"')
}

async function answers(body: string, token: string | null, headers: Headers = {}): Promise<object[]> {
  const all = [await seen(await post(LONG, body, token, headers))]
  for (let run = 0; run < 4; run++) all.push(await seen(await post(SHORT, body, token, headers)))
  return all
}

async function expectAlike(body: string, token: string | null, headers: Headers = {}): Promise<void> {
  const [long, ...short] = await answers(body, token, headers)
  for (const answer of short) expect(answer).toEqual(long)
}

const operation = (document: string, variables: object = {}): string => JSON.stringify({ query: document, variables })

describe('direct posts and Yoga answer alike', () => {
  it.each(rootFields().map((field) => [field.name, field] as const))('%s', async (_name, field) => {
    const { document, variables } = callOf(field)
    for (const token of [ADMIN_TOKEN, viewer, null, 'baton_unknown']) {
      await expectAlike(operation(document, variables), token)
    }
  })

  it.each(Object.entries(documents))('for the operation %s of a daemon', async (_name, document) => {
    await expectAlike(operation(document), ADMIN_TOKEN)
    await expectAlike(operation(document, { input: {} }), ADMIN_TOKEN)
    await expectAlike(operation(document, { input: { daemonId: 7, runtimeIds: [{}], taskId: null } }), ADMIN_TOKEN)
  })

  it('for claims from an empty queue and for reads of it', async () => {
    const input = { runtimeIds: [runtimeId], max: 3 }
    await expectAlike(operation(documents.ClaimTasks, { input }), ADMIN_TOKEN)
    await expectAlike(operation(documents.ClaimTasks, { input: { ...input, max: 1_000 } }), ADMIN_TOKEN)
  })

  it.each([
    ['a syntax error', operation('mutation { ')],
    ['an unknown field', operation('mutation { doTheDishes }')],
    ['no operation', operation('')],
    ['a query that is no text', JSON.stringify({ query: 7 })],
    ['no query at all', '{}'],
    ['null', 'null'],
    ['a batch', '[{"query":"{ viewer { kind } }"}]'],
    ['an unknown parameter', JSON.stringify({ query: '{ viewer { kind } }', cunning: 1 })],
    ['variables that are a list', JSON.stringify({ query: '{ viewer { kind } }', variables: [] })],
    ['an operation name that is no text', JSON.stringify({ query: '{ viewer { kind } }', operationName: 7 })],
    ['an operation that is not there', JSON.stringify({ query: 'query A { viewer { kind } }', operationName: 'B' })],
    [
      'one of two operations',
      JSON.stringify({ query: 'query A { __typename } query B { viewer { kind } }', operationName: 'B' }),
    ],
    ['two operations and no name', operation('query A { __typename } query B { viewer { kind } }')],
    ['what is not JSON', '{"query": "{ viewer'],
    [
      'a mutation of two fields, of which one fails',
      operation(
        'mutation { a: cancelTask(input: { taskId: "x" }) { task { id } } b: createAgent(input: { name: "", runtimeId: "y" }) { agent { id } } }',
      ),
    ],
    [
      'a fragment',
      operation(
        'mutation { cancelTask(input: { taskId: "task_01h2xcejqtf2nbrexx3vqjhp41" }) { ...F } } fragment F on TaskPayload { task { id } }',
      ),
    ],
    [
      'fields left out',
      operation(
        'mutation ($no: Boolean!) { cancelTask(input: { taskId: "task_01h2xcejqtf2nbrexx3vqjhp41" }) @skip(if: $no) { task { id } } }',
        { no: true },
      ),
    ],
  ])('%s', async (_name, body) => {
    await expectAlike(body, ADMIN_TOKEN)
    await expectAlike(body, null)
  })

  it.each([
    '*/*',
    'application/json',
    'application/graphql-response+json',
    'application/graphql-response+json, application/json',
    'application/graphql-response+json,application/json',
    'application/json, text/plain, */*',
    'text/html',
    'text/event-stream',
  ])('for the Accept header %s', async (accept) => {
    for (const query of ['{ viewer { kind } }', '{ nothing }', '{']) {
      await expectAlike(operation(query), ADMIN_TOKEN, { accept })
      await expectAlike(operation(query), null, { accept })
    }
  })
})
