import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { expect, it, vi } from 'vitest'
import { readConfig } from '../../src/server/config.js'
import { isPersonal, LocalSession } from '../../src/server/local-session.js'

// Which user a connection belongs to needs a real one: graphiql-page.test.ts.
vi.mock('../../src/server/peer-user.js', () => ({ peerIsThisUser: () => true }))

function asked(headers: IncomingHttpHeaders, remoteAddress = '127.0.0.1'): IncomingMessage {
  return { headers: { host: 'localhost:4000', ...headers }, socket: { remoteAddress } } as IncomingMessage
}

it.each([
  [{}, true],
  [{ HOST: 'localhost' }, true],
  [{ HOST: '0.0.0.0' }, false],
  [{ HOST: '192.168.1.5' }, false],
  [{ DATABASE_URL: 'postgresql://localhost/baton' }, false],
])('with the settings %j, whether the server is one person’s own is %j', (environment, personal) => {
  const read = readConfig(environment)
  expect(read.ok && isPersonal(read.config)).toBe(personal)
})

it.each<[string, IncomingHttpHeaders]>([
  ['typed into the address bar', { 'sec-fetch-site': 'none' }],
  ['reloaded by its own link', { 'sec-fetch-site': 'same-origin' }],
  ['asked for by its address', { host: '127.0.0.1:4000' }],
  ['asked for by a program', {}],
])('the page may have the token when it is %s', (_what, headers) => {
  expect(new LocalSession('ws_1').mayHave(asked(headers))).toBe(true)
})

it.each<[string, IncomingHttpHeaders, string?]>([
  ['under another name, which DNS rebinding gives it', { host: 'evil.example:4000' }],
  ['under no name', { host: undefined }],
  ['from another site’s link or frame', { 'sec-fetch-site': 'cross-site' }],
  ['from another port’s page', { 'sec-fetch-site': 'same-site' }],
  ['through a proxy', { 'x-forwarded-for': '203.0.113.9' }],
  ['through a proxy that says so in the other way', { forwarded: 'for=203.0.113.9' }],
  ['through a proxy that names itself', { via: '1.1 nginx' }],
  ['through a proxy that names the client', { 'x-real-ip': '203.0.113.9' }],
  ['through a proxy that speaks TLS', { 'x-forwarded-proto': 'https' }],
  ['from another machine', {}, '203.0.113.9'],
])('the page may not have the token when it is asked for %s', (_what, headers, remoteAddress) => {
  expect(new LocalSession('ws_1').mayHave(asked(headers, remoteAddress))).toBe(false)
})

it('each process has a token of its own', () => {
  const [one, other] = [new LocalSession('ws_1'), new LocalSession('ws_1')]
  expect(one.isSecret(one.secret)).toBe(true)
  expect(one.isSecret(other.secret)).toBe(false)
})
