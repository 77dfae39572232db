import { execFile } from 'node:child_process'
import { readdirSync, statSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { requestGraphQL } from '../support/graphql-request.js'
import { ADMIN_TOKEN, emptyDirectory, startServer } from '../support/server-process.js'
import type { ServerProcess } from '../support/server-process.js'
import { describePostgres } from '../support/test-database.js'

const BATON = fileURLToPath(new URL('../../dist/cli/baton.js', import.meta.url))
const ADDRESS = /(http:\/\/127\.0\.0\.1:\d+)\/#code=([\w-]{32})/
const VIEWER = '{ viewer { kind name workspace { name } } }'
const OWNER = { viewer: { kind: 'ROOT', name: 'Browser, by baton open', workspace: { name: 'Default' } } }

/** `baton open` with these settings. */
function open(env: Record<string, string>, ...args: string[]) {
  const settings = { PATH: process.env['PATH'], ...env }
  return promisify(execFile)(process.execPath, [BATON, 'open', ...args], { env: settings })
}

function redeem(url: string, code: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${url}/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ code }),
  })
}

const codeIn = (text: string): string => ADDRESS.exec(text)?.[2] ?? 'none'

async function tokenFor(url: string, code: string): Promise<string | undefined> {
  return ((await (await redeem(url, code)).json()) as { token?: string }).token
}

describe('on the embedded database', () => {
  let server: ServerProcess

  beforeAll(async () => {
    server = await startServer({ env: { BATON_RATE_LIMIT_FAILURES: '0' } })
  })

  it('the start message has an address with a code that gives one ROOT token', async () => {
    const code = codeIn(server.output.stdout)
    const response = await redeem(server.url, code)
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('set-cookie')).toBeNull()
    const { token, expiresAt } = (await response.json()) as { token: string; expiresAt: string }
    expect((await requestGraphQL(server.url, token, VIEWER)).data).toEqual(OWNER)
    expect(Date.parse(expiresAt)).toBeGreaterThan(Date.now())
    expect(await tokenFor(server.url, code)).toBeUndefined()
  })

  it('baton open creates another one while the server runs, from the data directory alone', async () => {
    const { stdout } = await open({ BATON_DATA_DIR: server.dataDirectory })
    expect(ADDRESS.exec(stdout)?.[1]).toBe(server.url)
    const token = await tokenFor(server.url, codeIn(stdout))
    expect((await requestGraphQL(server.url, token ?? '', VIEWER)).data).toEqual(OWNER)
  })

  it('one of many concurrent requests with one code gets a token', async () => {
    const { stdout } = await open({ BATON_DATA_DIR: server.dataDirectory })
    const tokens = await Promise.all(Array.from({ length: 10 }, () => tokenFor(server.url, codeIn(stdout))))
    expect(tokens.filter((token) => token !== undefined).length).toBe(1)
  })

  it('a code expires after ten minutes', async () => {
    const { stdout } = await open({ BATON_DATA_DIR: server.dataDirectory })
    const folder = join(server.dataDirectory, 'codes')
    const past = Date.now() / 1000 - 601
    for (const file of readdirSync(folder)) utimesSync(join(folder, file), past, past)
    const response = await redeem(server.url, codeIn(stdout))
    expect([response.status, await response.json()]).toEqual([
      403,
      {
        error:
          'This address was already used or has expired. Run baton open (npm run open in a checkout) for a new one.',
      },
    ])
  })

  it('codes are unreadable for other users of the machine and stored as hashes', async () => {
    const { stdout } = await open({ BATON_DATA_DIR: server.dataDirectory })
    const folder = join(server.dataDirectory, 'codes')
    expect(statSync(folder).mode & 0o077).toBe(0)
    expect(readdirSync(folder).join()).not.toContain(codeIn(stdout))
  })

  it.each<[string, RequestInit & { path: string }]>([
    ['a GET of /session', { path: '/session' }],
    ['a GET of /session with a code', { path: '/session?code=CODE' }],
    ['a GET of the dashboard', { path: '/', headers: { accept: 'text/html' } }],
    ['a GET of GraphiQL', { path: '/graphql', headers: { accept: 'text/html' } }],
    ['a POST without a code', { path: '/session', method: 'POST' }],
    ['a form', { path: '/session', method: 'POST', body: 'code=CODE', headers: { 'content-type': 'text/plain' } }],
    [
      'a path for a code',
      {
        path: '/session',
        method: 'POST',
        body: '{"code":"../origin"}',
        headers: { 'content-type': 'application/json' },
      },
    ],
    [
      'a code that is none',
      { path: '/session', method: 'POST', body: '{"code":7}', headers: { 'content-type': 'application/json' } },
    ],
  ])('the answer to %s contains no token', async (_what, { path, ...init }) => {
    const { stdout } = await open({ BATON_DATA_DIR: server.dataDirectory })
    const code = codeIn(stdout)
    const body = typeof init.body === 'string' ? { body: init.body.replace('CODE', code) } : {}
    const response = await fetch(server.url + path.replace('CODE', code), { ...init, ...body })
    expect(await response.text()).not.toMatch(/baton_[\w-]{40,}/)
    // And it has cost nothing: the code is still good.
    expect(await tokenFor(server.url, code)).toMatch(/^baton_/)
  })

  it('there is no address before the first start', async () => {
    const opening = open({ BATON_DATA_DIR: emptyDirectory() })
    await expect(opening).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('BATON_DATA_DIR') as string,
    })
  })
})

it('guesses are limited like wrong tokens', async () => {
  const server = await startServer({ env: { BATON_RATE_LIMIT_FAILURES: '3' } })
  const statuses = []
  for (let n = 0; n < 4; n++) statuses.push((await redeem(server.url, `guess-${n}`)).status)
  expect(statuses).toEqual([403, 403, 403, 429])
})

it('the start message has no code if other machines can reach the server', async () => {
  const server = await startServer({ env: { HOST: '0.0.0.0' } })
  expect(server.output.stdout).not.toContain('#code=')
  expect(server.output.stdout).toContain('baton open')
})

describePostgres('on PostgreSQL', (openDatabase) => {
  it('baton open creates a code in the database, which any server accepts once', async () => {
    const { connectionString } = await openDatabase()
    const env = { DATABASE_URL: connectionString, BATON_ADMIN_TOKEN: ADMIN_TOKEN }
    const [one, other] = await Promise.all([startServer({ env }), startServer({ env })])
    expect(one.output.stdout).not.toContain('#code=')
    const { stdout } = await open({ DATABASE_URL: connectionString }, '--url', 'https://baton.example.com/')
    const code = /^https:\/\/baton\.example\.com\/#code=([\w-]{32})\n$/.exec(stdout)?.[1] ?? 'none'
    for (const secret of [code, `code:${code}`]) {
      expect((await requestGraphQL(one.url, secret, VIEWER)).data).toBeNull()
    }
    const token = await tokenFor(other.url, code)
    expect((await requestGraphQL(one.url, token ?? '', VIEWER)).data).toEqual(OWNER)
    expect(await tokenFor(one.url, code)).toBeUndefined()
  })
})
