import { getIntrospectionQuery } from 'graphql'
import { beforeAll, describe, expect, it } from 'vitest'
import { documents as conformanceDocuments } from '../../src/daemon/conformance/documents.js'
import { documents as daemonDocuments } from '../../src/daemon/client/documents.js'
import { documents as dashboardDocuments } from '../../src/dashboard/documents.js'
import { graphiqlTabs } from '../../src/graphql/graphiql-tabs.js'
import { answerOf } from '../support/graphql-request.js'
import { ADMIN_TOKEN, startServer } from '../support/server-process.js'
import type { ServerProcess } from '../support/server-process.js'

let server: ServerProcess

beforeAll(async () => {
  server = await startServer({ env: { BATON_ADMIN_TOKEN: ADMIN_TOKEN } })
})

interface Sent {
  token?: string | null
  variables?: Record<string, unknown>
  operationName?: string
}

/** The whole answer; both ways through the server, by an Accept header that only Yoga's own negotiation knows. */
async function send(query: string, { token = ADMIN_TOKEN, ...params }: Sent = {}, accept = 'application/json') {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept,
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query, ...params }),
  })
  const text = await response.clone().text()
  const { extensions } = JSON.parse(text) as { extensions?: { cost?: { requested: number; limit: number } } }
  return { ...(await answerOf(response)), cost: extensions?.cost, text }
}

const tooComplex = { data: null, errors: [{ extensions: { code: 'QUERY_TOO_COMPLEX' } }] }
const WAYS = ['application/json', 'application/json;q=0.9']

describe.each(WAYS)('a document is refused before any of it runs (Accept: %s)', (accept) => {
  it.each([
    ['its tokens', `{ ${'__typename '.repeat(1_000)} }`],
    ['its nesting', `${'{ tasks { nodes { agent '.repeat(6)} { id } ${'} } }'.repeat(6)}`],
    ['its aliases', `{ ${Array.from({ length: 101 }, (_, n) => `a${n}: viewer { kind }`).join(' ')} }`],
    ['its directives', `{ viewer { kind ${'@include(if: true) '.repeat(51)} } }`],
    ['its nesting, thousands deep', `${'{a'.repeat(5_000)}${'}'.repeat(5_000)}`],
    ['a list in it, thousands deep', `{ nodes(ids: ${'['.repeat(9_000)}${']'.repeat(9_000)}) { id } }`],
  ])('for %s', async (_what, query) => {
    const answer = await send(query, {}, accept)
    const codes = answer.errors.map(({ extensions }) => extensions['code'])
    expect([answer.data, codes]).toEqual([null, expect.arrayContaining(['QUERY_TOO_COMPLEX'])])
    expect(answer.text).not.toMatch(/INTERNAL|Syntax Error/)
  })
})

describe('the cost of an operation', () => {
  const pages = (first: string) =>
    `{ tasks(first: ${first}) { nodes { conversation { tasks(first: 50) { nodes { id } } } } } }`

  it('is in each answer', async () => {
    for (const accept of WAYS) {
      expect((await send('{ viewer { kind } }', {}, accept)).cost).toEqual({ requested: 2, limit: 50_000 })
    }
    const refused = await send('{ task(id: "task_none") { id } }')
    expect(refused).toMatchObject({ errors: [{}], cost: { requested: 2 } })
  })

  it('counts a page by its requested size: first, last, or 50', async () => {
    const costs = await Promise.all(
      ['(first: 10)', '(last: 20)', ''].map(async (page) => (await send(`{ tasks${page} { nodes { id } } }`)).cost),
    )
    // The list itself, and its entries with one field each, for each entry.
    expect(costs.map((cost) => cost?.requested)).toEqual([1 + 10 * 2, 1 + 20 * 2, 1 + 50 * 2])
  })

  it('multiplies pages within pages', async () => {
    expect((await send(pages('10'))).cost?.requested).toBe(1 + 10 * (1 + 1 + (1 + 50 * 2)))
  })

  it('uses the variables of each request, also for a cached document', async () => {
    const query = 'query ($n: Int) { tasks(first: $n) { nodes { id } } }'
    const costs: unknown[] = []
    for (const n of [1, 100, 1]) costs.push((await send(query, { variables: { n } })).cost?.requested)
    expect(costs).toEqual([1 + 2, 1 + 100 * 2, 1 + 2])
  })

  it('counts only the executed operation of a document', async () => {
    const query = 'query A { viewer { kind } } query B { tasks(first: 10) { nodes { id } } }'
    const costs: unknown[] = []
    for (const operationName of ['A', 'B', 'A']) costs.push((await send(query, { operationName })).cost?.requested)
    expect(costs).toEqual([2, 21, 2])
  })

  it('is not the error for a page with an invalid size', async () => {
    expect(await send('{ tasks(first: 1000000) { nodes { id } } }')).toMatchObject({
      errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
    })
  })

  it.each(WAYS)('prevents the operation if it is too high (Accept: %s)', async (accept) => {
    const deep =
      '{ nodes { conversation { tasks(first: 100) { nodes { conversation { tasks(first: 100) { nodes { id } } } } } } } }'
    const query = `mutation {
      first: rerunTask(input: { taskId: "task_01h2xcejqtf2nbrexx3vqjhp41" }) { task { id } }
      rerunTask(input: { taskId: "task_01h2xcejqtf2nbrexx3vqjhp41" }) { task { conversation { tasks(first: 100) ${deep} } } }
    }`
    const answer = await send(query, {}, accept)
    expect(answer).toMatchObject({ ...tooComplex, cost: { limit: 50_000 } })
    expect(answer.cost?.requested).toBeGreaterThan(50_000)
  })
})

describe('callers without a token', () => {
  const asked = { token: null }

  it('may not introspect the schema; others may', async () => {
    const query = '{ __schema { types { name } } }'
    for (let time = 0; time < 2; time += 1) {
      const refused = await send(query, asked)
      expect(refused).toMatchObject({ data: null, errors: [{}, {}] })
      expect(refused.text).toContain('introspection has been disabled')
      expect(await send(query)).toMatchObject({
        errors: [],
        data: { __schema: { types: expect.any(Array) as unknown } },
      })
    }
  })

  it('get no suggested names; others do', async () => {
    for (let time = 0; time < 2; time += 1) {
      expect((await send('{ viewr { kind } }', asked)).text).not.toMatch(/Did you mean|viewer/)
      expect((await send('{ viewr { kind } }')).text).toContain('Did you mean')
    }
  })
})

describe('intended use of the API stays far below the limits:', () => {
  const all = {
    ...daemonDocuments,
    ...conformanceDocuments,
    ...dashboardDocuments,
    ...Object.fromEntries(graphiqlTabs.map(({ query }, n) => [`tab ${n + 1}`, query])),
    'what GraphiQL asks first': getIntrospectionQuery({
      schemaDescription: true,
      inputValueDeprecation: true,
      specifiedByUrl: true,
      directiveIsRepeatable: true,
    }),
  }

  it.each(Object.entries(all))('%s', async (_name, query) => {
    // Without its variables, so that nothing of it is done: it is validated all the same.
    const answer = await send(query)
    expect(JSON.stringify(answer.errors)).not.toMatch(
      /QUERY_TOO_COMPLEX|GRAPHQL_VALIDATION_FAILED|GRAPHQL_PARSE_FAILED/,
    )
    expect(answer.cost?.requested ?? 0).toBeLessThan(25_000)
  })
})
