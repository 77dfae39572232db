import { beforeAll, describe, expect, it } from 'vitest'
import { graphiqlTabs } from '../../src/graphql/graphiql-tabs.js'
import { startServer } from '../support/server-process.js'
import type { ServerProcess } from '../support/server-process.js'

const SECRET = /baton_[\w-]{40,}/

function openPage(url: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${url}/graphql`, { headers: { accept: 'text/html', ...headers } })
}

describe('on loopback, with the embedded database', () => {
  let server: ServerProcess

  beforeAll(async () => {
    server = await startServer()
  })

  it('the page is served to everybody with its tabs and without a token', async () => {
    const response = await openPage(server.url)
    expect([response.status, response.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/html')])
    const page = await response.text()
    for (const { query } of graphiqlTabs) expect(page).toContain(JSON.stringify(query))
    expect(page).not.toMatch(SECRET)
    expect(page).toContain('baton open')
  })

  it('the page loads nothing from other sites', async () => {
    const response = await openPage(server.url)
    expect(response.headers.get('content-security-policy')).toMatch(/default-src 'none'.*connect-src 'self'/)
    const [head = ''] = (await response.text()).split('<body')
    expect(head.match(/(?:src|href)="(?:https?:)?\/\/[^"]*"/g)).toBeNull()
  })

  it('the page cannot be framed or stored', async () => {
    const { headers } = await openPage(server.url)
    expect(headers.get('x-frame-options')).toBe('DENY')
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    expect(headers.get('cache-control')).toBe('no-store')
  })
})

it('there is no page if other machines can reach the server', async () => {
  const server = await startServer({ env: { HOST: '0.0.0.0' } })
  const response = await openPage(server.url)
  const text = await response.text()
  expect(response.headers.get('content-type') ?? '').not.toContain('text/html')
  expect(text).not.toMatch(SECRET)
  expect(server.output.stdout).toContain('GraphQL API  http://0.0.0.0:')
})
