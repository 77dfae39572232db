import { request } from 'node:http'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { beforeAll, describe, expect, it } from 'vitest'
import { startServer } from '../support/server-process.js'
import type { ServerProcess } from '../support/server-process.js'

/** In the page, and in nothing else that is served. */
const PAGE = /src="\/assets\/index-/
const AS_BROWSER = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }

let server: ServerProcess

beforeAll(async () => {
  server = await startServer()
})

const get = (path: string, headers: Record<string, string> = {}) => fetch(server.url + path, { headers })

/** With headers that fetch does not let one set. */
async function ask(
  path: string,
  headers: Record<string, string>,
  method = 'GET',
): Promise<{ status: number | undefined; headers: IncomingHttpHeaders; body: string }> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request(server.url + path, { headers, method }, resolve)
      .on('error', reject)
      .end()
  })
  return { status: response.statusCode, headers: response.headers, body: await text(response) }
}

describe('the page', () => {
  it.each(['/', '/sessions/chat_1?view=lanes&at=7', '/fleet', '/resume', '/no/such/page'])(
    'opens at %s in a browser',
    async (path) => {
      const response = await get(path, AS_BROWSER)
      expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html;charset=utf-8'])
      expect(await response.text()).toMatch(PAGE)
      expect(response.headers.get('cache-control')).toBe('no-cache')
    },
  )

  it('allows only files of this server, and no frame around it', async () => {
    const { headers } = await get('/', AS_BROWSER)
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    )
    expect(headers.get('x-frame-options')).toBe('DENY')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
  })

  it('keeps its headers when a browser shows its cached copy after a 304', async () => {
    const first = await get('/', AS_BROWSER)
    const etag = first.headers.get('etag') ?? ''
    const again = await get('/', { ...AS_BROWSER, 'if-none-match': etag })
    expect(again.status).toBe(304)
    for (const name of ['content-security-policy', 'cache-control', 'x-frame-options', 'referrer-policy']) {
      expect(first.headers.get(name)).not.toBe(null)
      expect([name, again.headers.get(name)]).toEqual([name, null])
    }
    expect(again.headers.get('x-request-id')).not.toBe(null)
  })

  it('names files that can be cached forever, and that are compressed on request', async () => {
    const html = await (await get('/', AS_BROWSER)).text()
    const scripts = [...html.matchAll(/src="(\/assets\/[^"]+)"/g)].flatMap(([, path]) => path ?? [])
    expect(scripts.length).toBe(1)
    for (const path of scripts) {
      const packed = await ask(path, { 'accept-encoding': 'gzip' })
      expect(packed.headers).toMatchObject({
        'cache-control': 'public, max-age=31536000, immutable',
        'content-type': 'text/javascript',
        'content-encoding': 'gzip',
        vary: 'Accept-Encoding',
      })
      const raw = Buffer.from(await (await get(path, { 'accept-encoding': 'identity' })).arrayBuffer())
      const again = Buffer.from(await (await get(path, { 'accept-encoding': 'gzip' })).arrayBuffer())
      expect(again.equals(raw)).toBe(true)
      expect(raw.length).toBeGreaterThan(Number(packed.headers['content-length']))
    }
  })

  it.each(['/assets/none.js', '/../package.json', '/%2e%2e/package.json', '/..%2f..%2fpackage.json', '/.env'])(
    'has no file at %s',
    async (path) => {
      const { status, body } = await ask(path, { accept: '*/*' })
      expect([status, body]).toEqual([404, expect.stringContaining('There is nothing at this path.')])
    },
  )

  it.each(['/graphql', '/health', '/ready'])('does not hide %s', async (path) => {
    const response = await get(path, { ...AS_BROWSER, accept: 'text/html' })
    expect(PAGE.test(await response.text())).toBe(false)
  })

  it('accepts only GET and HEAD', async () => {
    const head = await ask('/', AS_BROWSER, 'HEAD')
    expect([head.status, head.body]).toEqual([200, ''])
    expect((await ask('/', AS_BROWSER, 'POST')).status).toBe(404)
  })
})
