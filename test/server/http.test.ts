import { Readable } from 'node:stream'
import { beforeAll, describe, expect, it } from 'vitest'
import { answerOf, requestGraphQL } from '../support/graphql-request.js'
import { ADMIN_TOKEN, startServer } from '../support/server-process.js'
import type { ServerProcess } from '../support/server-process.js'

let server: ServerProcess

beforeAll(async () => {
  server = await startServer({ env: { BATON_ADMIN_TOKEN: ADMIN_TOKEN } })
})

const get = (path: string): Promise<Response> => fetch(`${server.url}${path}`)
const post = (body: BodyInit, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${ADMIN_TOKEN}`, ...headers },
    body,
    duplex: 'half',
  } as RequestInit)

describe('probes', () => {
  it('/health says that the process is alive', async () => {
    const response = await get('/health')
    expect([response.status, await response.json()]).toEqual([200, { status: 'ok' }])
  })

  it('/ready says that the database answers', async () => {
    const response = await get('/ready')
    expect([response.status, await response.json()]).toEqual([200, { status: 'ready' }])
  })

  it.each(['/nothing', '/graphql/', '/graphqlx', '/healthz', '/..%2f'])('there is nothing at %s', async (path) => {
    const response = await get(path)
    expect([response.status, await response.json()]).toEqual([
      404,
      { error: 'There is nothing at this path. The API is at /graphql.' },
    ])
  })
})

describe('tokens', () => {
  it.each([null, 'baton_unknown', ''])('the token %j is refused', async (token) => {
    const answer = await requestGraphQL(server.url, token, '{ viewer { kind } }')
    expect(answer).toMatchObject({ data: null, errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] })
  })

  it('a revoked token is refused from that moment on', async () => {
    const asAdmin = (query: string) => requestGraphQL(server.url, ADMIN_TOKEN, query)
    const created = await asAdmin(
      'mutation { createToken(input: { name: "A viewer", kind: VIEWER }) { secret token { id } } }',
    )
    const { secret, token } = created.data?.['createToken'] as { secret: string; token: { id: string } }
    const asViewer = () => requestGraphQL(server.url, secret, '{ viewer { kind } }')
    expect(await asViewer()).toMatchObject({ data: { viewer: { kind: 'VIEWER' } } })
    await asAdmin(`mutation { revokeToken(input: { tokenId: "${token.id}" }) { token { revokedAt } } }`)
    expect(await asViewer()).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] })
  })
})

describe('bodies', () => {
  const tooLarge = { status: 413, data: null, errors: [{ extensions: { code: 'PAYLOAD_TOO_LARGE' } }] }

  it('a body with a Content-Length over the limit is refused as a GraphQL error', async () => {
    expect(await answerOf(await post('x'.repeat(2_500_001)))).toMatchObject(tooLarge)
  })

  it('a body that grows over the limit is refused', async () => {
    const chunks = Readable.from(Array.from({ length: 26 }, () => Buffer.alloc(100_000)))
    expect(await answerOf(await post(Readable.toWeb(chunks) as BodyInit))).toMatchObject(tooLarge)
  })

  const padded = (query: string, size: number): string => {
    const body = (padding: string): string => JSON.stringify({ query, variables: { padding } })
    return body('x'.repeat(size - body('').length))
  }

  it('a body of the largest size is read completely', async () => {
    const answer = await answerOf(await post(padded('{ viewer { kind } }', 1_500_000)))
    expect(answer).toMatchObject({ status: 200, data: { viewer: { kind: 'ROOT' } } })
    expect(await answerOf(await post(padded('{ viewer { kind } }', 1_500_001)))).toMatchObject(tooLarge)
  })

  it.each([
    'completeTask(input: { taskId: "x", claimToken: "x", output: "" }) { task { id } }',
    'reportTaskProgress(input: { taskId: "x", claimToken: "x", entries: [] }) { accepted }',
  ])('a body that completes a task or reports progress may be larger: %s', async (call) => {
    const answer = await answerOf(await post(padded(`mutation { ${call} }`, 2_500_000)))
    expect(answer).toMatchObject({ status: 200, errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] })
    const more = padded(`mutation { ${call} cancelTask(input: { taskId: "x" }) { task { id } } }`, 2_000_000)
    expect(await answerOf(await post(more))).toMatchObject(tooLarge)
  })

  it.each([
    ['a control character', '\u0001', (text: string) => JSON.stringify(text)],
    ['a character that a client escapes', 'é', (text: string) => `"${text.replaceAll('é', '\\u00e9')}"`],
    ['a quote', '"', (text: string) => JSON.stringify(text)],
  ])('an output of 1 MB is accepted however long its escapes are: %s', async (_what, character, written) => {
    const most = 1_048_576 / Buffer.byteLength(character)
    const query = `mutation ($output: String!) { completeTask(input: {
      taskId: "task_01h2xcejqtf2nbrexx3vqjhp41", claimToken: "x", output: $output }) { task { id } } }`
    const body = (length: number): string =>
      `{"query":${JSON.stringify(query)},"variables":{"output":${written(character.repeat(length))}}}`
    expect(await answerOf(await post(body(most)))).toMatchObject({ errors: [{ extensions: { code: 'NOT_FOUND' } }] })
    expect(await answerOf(await post(body(most + 1)))).toMatchObject({
      errors: [{ extensions: { code: 'BAD_USER_INPUT', fields: [{ path: 'input.output' }] } }],
    })
    expect(await answerOf(await post(body(2.5 * most)))).toMatchObject(tooLarge)
  })

  it('a body that is large because of escapes is read only with a token', async () => {
    const body = JSON.stringify({ query: '{ viewer { kind } }', variables: { text: '\u0001'.repeat(1_000_000) } })
    expect(await answerOf(await post(body))).toMatchObject({ status: 200 })
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    })
    expect(await answerOf(response)).toMatchObject(tooLarge)
  })

  it('the server continues after a refusal', async () => {
    await post('x'.repeat(10_000_000)).catch(() => undefined)
    expect((await get('/ready')).status).toBe(200)
  })

  it('a body that is not JSON is refused without a quote', async () => {
    const response = await post('this is my secret prompt')
    const text = await response.text()
    expect([response.status, JSON.parse(text)]).toMatchObject([
      400,
      { errors: [{ extensions: { code: 'BAD_REQUEST' } }] },
    ])
    expect(text).not.toContain('secret')
  })

  it('several operations in one request are refused', async () => {
    const answer = await answerOf(await post(JSON.stringify([{ query: '{ viewer { kind } }' }])))
    expect(answer).toMatchObject({ status: 400, data: null, errors: [{ message: 'Batching is not supported.' }] })
  })
})

describe('headers', () => {
  it('each answer has its own request id', async () => {
    const [one, other] = [await get('/health'), await get('/health')]
    expect(one.headers.get('x-request-id')).toMatch(/^[\w-]{12}$/)
    expect(one.headers.get('x-request-id')).not.toBe(other.headers.get('x-request-id'))
  })
})
