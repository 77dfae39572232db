import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { graphiqlTabs } from '../../src/graphql/graphiql-tabs.js'
import { requestGraphQL } from '../support/graphql-request.js'
import { startServer } from '../support/server-process.js'
import type { ServerProcess } from '../support/server-process.js'
import { describePostgres } from '../support/test-database.js'
import { unprivilegedUser } from '../support/unprivileged-user.js'

const SECRET = /baton_local_[\w-]{43}/

function openPage(url: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${url}/graphql`, { headers: { accept: 'text/html', ...headers } })
}

describe('on loopback, with the embedded database', () => {
  let server: ServerProcess

  beforeAll(async () => {
    server = await startServer()
  })

  it('the page comes with its tabs, and with a token that works', async () => {
    const response = await openPage(server.url)
    expect([response.status, response.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/html')])
    const page = await response.text()
    for (const { query } of graphiqlTabs) expect(page).toContain(JSON.stringify(query))
    const [secret = ''] = SECRET.exec(page) ?? []
    const answer = await requestGraphQL(server.url, secret, '{ viewer { kind name workspace { name } } }')
    expect(answer.data).toEqual({ viewer: { kind: 'ROOT', name: 'This machine', workspace: { name: 'Default' } } })
  })

  it('the page loads nothing from anywhere: it is whole', async () => {
    const response = await openPage(server.url)
    expect(response.headers.get('content-security-policy')).toMatch(/default-src 'none'.*connect-src 'self'/)
    const [head = ''] = (await response.text()).split('<body')
    expect(head.match(/(?:src|href)="(?:https?:)?\/\/[^"]*"/g)).toBeNull()
  })

  it('the page may not be framed, nor kept', async () => {
    const { headers } = await openPage(server.url)
    expect(headers.get('x-frame-options')).toBe('DENY')
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    expect(headers.get('cache-control')).toBe('no-store')
  })

  it.each([
    ['a name that leads here by DNS rebinding', { host: 'evil.example' }],
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['a proxy', { 'x-forwarded-for': '203.0.113.9' }],
  ])('the page that is asked for through %s has no token', async (_what, headers) => {
    const args = Object.entries({ accept: 'text/html', ...headers }).flatMap(([name, value]) => [name, value])
    const page = await rawPage(server.port, args)
    expect(page).toContain('<your token>')
    expect(page).not.toMatch(SECRET)
  })

  it('another user of this machine gets no token', async () => {
    const user = unprivilegedUser()
    // Without the right to become somebody else, the test asks as itself: then it must get the token.
    const page = await rawPage(server.port, ['accept', 'text/html'], user)
    expect(SECRET.test(page)).toBe(user === undefined || process.platform !== 'linux')
  })
})

/** The page as asked for by another process, with headers that fetch does not let one set, and as another user. */
async function rawPage(port: number, headers: string[], user?: { uid: number; gid: number }): Promise<string> {
  const code = `
    const { request } = require('node:http')
    const headers = ${JSON.stringify(Object.fromEntries(pairs(headers)))}
    request({ port: ${port}, host: '127.0.0.1', path: '/graphql', headers }, (answer) => answer.pipe(process.stdout)).end()`
  const { stdout } = await promisify(execFile)(process.execPath, ['--eval', code], {
    ...(user === undefined ? {} : { uid: user.uid, gid: user.gid }),
    cwd: '/',
    maxBuffer: 20_000_000,
  })
  return stdout
}

function pairs(list: string[]): [string, string][] {
  return list.flatMap((name, n) => (n % 2 === 0 ? [[name, list[n + 1] ?? ''] as [string, string]] : []))
}

it('there is no page where others can reach the server', async () => {
  const server = await startServer({ env: { HOST: '0.0.0.0' } })
  const response = await openPage(server.url)
  const text = await response.text()
  expect(response.headers.get('content-type') ?? '').not.toContain('text/html')
  expect(text).not.toMatch(SECRET)
  expect(server.output.stdout).toContain('GraphQL API  http://0.0.0.0:')
})

describePostgres('on loopback, with PostgreSQL', (open) => {
  it('the page comes without a token: the data is not this machine’s alone', async () => {
    const { connectionString } = await open()
    const server = await startServer({ env: { DATABASE_URL: connectionString } })
    const page = await (await openPage(server.url)).text()
    expect(page).toContain('<your token>')
    expect(page).not.toMatch(SECRET)
  })
})
