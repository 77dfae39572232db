import { request } from 'node:http'
import { beforeAll, describe, expect, it } from 'vitest'
import { answerOf } from '../support/graphql-request.js'
import { ADMIN_TOKEN, startServer, written } from '../support/server-process.js'
import type { ServerProcess } from '../support/server-process.js'

const LISTED = 'https://app.example'
const authorization = `Bearer ${ADMIN_TOKEN}`
const body = JSON.stringify({ query: '{ viewer { kind } }' })

let closed: ServerProcess
let open: ServerProcess

beforeAll(async () => {
  const env = { BATON_ADMIN_TOKEN: ADMIN_TOKEN }
  closed = await startServer({ env })
  open = await startServer({
    env: { ...env, BATON_CORS_ORIGINS: `https://other.example, ${LISTED}`, BATON_GRAPHIQL: 'off' },
  })
})

function post(server: ServerProcess, headers: Record<string, string>, text = body): Promise<Response> {
  return fetch(`${server.url}/graphql`, { method: 'POST', headers, body: new TextEncoder().encode(text) })
}

function corsHeaders({ headers }: Response): Record<string, string> {
  return Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-')))
}

describe('pages of other origins', () => {
  const preflight = (server: ServerProcess, origin: string): Promise<Response> =>
    fetch(`${server.url}/graphql`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    })
  const asked = (server: ServerProcess, origin: string): Promise<Response> =>
    post(server, { origin, authorization, 'content-type': 'application/json' })

  it.each([
    ['where none is listed', () => closed, LISTED],
    ['that are not listed', () => open, 'https://evil.example'],
    ['whose name begins like a listed one', () => open, `${LISTED}.evil.example`],
    ['without a name', () => open, 'null'],
  ])('may not read answers: %s', async (_which, server, origin) => {
    for (const response of [await preflight(server(), origin), await asked(server(), origin)]) {
      expect(corsHeaders(response)).toEqual({})
      await response.body?.cancel()
    }
  })

  it('may send requests and read answers if their origin is listed', async () => {
    const allowed = await preflight(open, LISTED)
    expect([allowed.status, corsHeaders(allowed)]).toEqual([
      204,
      {
        'access-control-allow-origin': LISTED,
        'access-control-allow-methods': 'GET, POST',
        'access-control-allow-headers': 'authorization,content-type',
        'access-control-max-age': '600',
        'access-control-expose-headers': 'x-request-id, retry-after',
      },
    ])
    const answer = await asked(open, LISTED)
    expect(corsHeaders(answer)).toMatchObject({ 'access-control-allow-origin': LISTED })
    expect(answer.headers.get('vary')).toContain('Origin')
    expect(await answerOf(answer)).toMatchObject({ data: { viewer: { kind: 'ROOT' } } })
  })

  it('never get cookies sent along', async () => {
    expect((await preflight(open, LISTED)).headers.get('access-control-allow-credentials')).toBeNull()
  })
})

describe('requests that a form of another page could send', () => {
  it.each([undefined, 'text/plain', 'text/plain; a=application/json', 'multipart/form-data; boundary=x'])(
    'are refused: content type %s',
    async (type) => {
      const answer = await answerOf(await post(closed, type === undefined ? {} : { 'content-type': type }))
      expect(answer).toMatchObject({ status: 415, data: null, errors: [{ extensions: { code: 'BAD_REQUEST' } }] })
    },
  )

  it('are refused in a form’s own encoding', async () => {
    const form = new URLSearchParams({ query: '{ __typename }' }).toString()
    const type = { 'content-type': 'application/x-www-form-urlencoded' }
    expect(await answerOf(await post(closed, type, form))).toMatchObject({ status: 415, data: null })
    const asked = await post(closed, { ...type, 'apollo-require-preflight': '1' }, form)
    expect(await answerOf(asked)).toMatchObject({ status: 200, data: { __typename: 'Query' } })
  })

  it('change nothing with GET', async () => {
    const mutation = 'mutation { createToken(input: { name: "x", kind: ADMIN }) { secret } }'
    const response = await fetch(`${closed.url}/graphql?query=${encodeURIComponent(mutation)}`, {
      headers: { authorization },
    })
    expect(await answerOf(response)).toMatchObject({ status: 405, data: null, errors: [{}] })
    const tokens = await post(
      closed,
      { authorization, 'content-type': 'application/json' },
      JSON.stringify({ query: '{ tokens { name } }' }),
    )
    expect(JSON.stringify((await answerOf(tokens)).data)).not.toContain('"x"')
  })
})

describe('headers', () => {
  it.each(['/graphql', '/health', '/nowhere'])(
    'the answer at %s is not a page, cannot be framed and is not stored',
    async (path) => {
      const { headers } = await fetch(`${closed.url}${path}`)
      expect(Object.fromEntries(headers)).toMatchObject({
        'x-content-type-options': 'nosniff',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'cross-origin-resource-policy': 'same-origin',
        'cache-control': 'no-store',
      })
    },
  )

  it('an answer of the API has them too', async () => {
    const { headers } = await post(closed, { authorization, 'content-type': 'application/json' })
    expect(headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'")
    expect(headers.get('cache-control')).toBe('no-store')
  })
})

describe('an unreadable part', () => {
  it.each(['variables={', 'extensions=nonsense', 'variables=%E0%A4%A'])(
    'of a GET is a client error: %s',
    async (parameter) => {
      const response = await fetch(`${closed.url}/graphql?query={__typename}&${parameter}`)
      expect(await answerOf(response)).toMatchObject({
        status: 400,
        data: null,
        errors: [
          { message: expect.stringContaining('must be a JSON object') as string, extensions: { code: 'BAD_REQUEST' } },
        ],
      })
    },
  )

  it('of a Host header is a client error', async () => {
    const status = await new Promise((resolve, reject) => {
      request(`${closed.url}/graphql?query={__typename}`, { headers: { host: 'a[b' } }, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
        .once('error', reject)
        .end()
    })
    expect(status).toBe(400)
  })
})

describe('a server that other machines can reach', () => {
  const page = async ({ url }: ServerProcess): Promise<string> => {
    const response = await fetch(`${url}/graphql`, { headers: { accept: 'text/html' } })
    await response.body?.cancel()
    return response.headers.get('content-type') ?? ''
  }
  const WARNING = /"level":"warn".*tokens cross the network unencrypted/

  it('warns of unencrypted tokens in its log', async () => {
    const server = await startServer({ env: { HOST: '0.0.0.0' } })
    await written(server, WARNING)
    expect(await page(server)).not.toContain('text/html')
  })

  it('does not warn behind a proxy that terminates TLS, and serves GraphiQL only on request', async () => {
    const server = await startServer({ env: { HOST: '0.0.0.0', BATON_TRUST_PROXY: '1', BATON_GRAPHIQL: 'on' } })
    expect(await page(server)).toContain('text/html')
    expect(server.output.stdout).not.toMatch(WARNING)
  })

  it('does not warn if only this machine can reach it', () => {
    expect(closed.output.stdout).not.toMatch(WARNING)
  })

  it('can turn GraphiQL off', async () => {
    expect(await page(open)).not.toContain('text/html')
  })
})
