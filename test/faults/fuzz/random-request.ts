import fc from 'fast-check'
import type { Dice } from './dice.js'
import type { RandomDocument } from './random-document.js'
import { mutated } from './random-document.js'

/** An HTTP request, as far as it is one. */
export interface RandomRequest {
  method: string
  path: string
  headers: Record<string, string>
  body: Buffer | null
}

const METHODS = ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND', 'TRACE']
const TYPES = [
  'application/json',
  'application/graphql',
  'text/plain',
  'multipart/form-data; boundary=x',
  'application/x-www-form-urlencoded',
  'application/json; charset=utf-16',
  'application/json;charset="',
  '',
  '*/*',
  'nonsense',
]
const ACCEPTS = [
  'application/json',
  'application/graphql-response+json',
  'text/event-stream',
  'multipart/mixed',
  'text/html',
  '*/*',
  'nonsense',
  'application/json;q=0',
  '',
]
const PATHS = [
  '/',
  '/graphql/',
  '/graphql?query=%',
  '/graphql?variables={&query={__typename}',
  '/graphql?query={__typename}&extensions=[',
  '/%00',
  '//graphql',
  '/graphql/../health',
  '/health',
  '/ready',
  '/graphql#x',
  '/graphql?query={__typename}&operationName=%ff',
]
const HEADERS: Record<string, string>[] = [
  { 'content-encoding': 'gzip' },
  { 'content-encoding': 'nonsense' },
  { authorization: 'Bearer' },
  { authorization: 'Bearer \u00ff' },
  { authorization: 'Basic eDp5' },
  { 'x-forwarded-for': ',,,' },
  { origin: 'null' },
  { cookie: 'a=b; =; ;' },
  { expect: 'nonsense' },
  { te: 'trailers' },
  { 'x-http-method-override': 'DELETE' },
  { host: 'evil.example' },
]

/** Mostly documents; the variables, the body and the request around them are odd now and then. */
export function randomRequest(documents: RandomDocument, token: string, dice: Dice): RandomRequest {
  const { document, isSubscription } = documents.make()
  const query = dice.chance(0.45) ? mutated(document, dice) : document
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    authorization: `Bearer ${token}`,
    ...(isSubscription || dice.chance(0.03) ? { accept: 'text/event-stream' } : {}),
  }
  const plain = { method: 'POST', path: '/graphql', headers, body: Buffer.from(JSON.stringify({ query })) }
  if (dice.chance(0.6)) return plain
  return dice.of([
    () => ({ ...plain, body: oddBody(query, dice) }),
    () => ({ ...plain, body: oddBody(query, dice) }),
    () => ({ ...plain, body: bytesFlipped(plain.body, dice) }),
    () => ({ ...plain, headers: oddHeaders(headers, dice) }),
    () => ({ ...plain, method: 'GET', body: null, path: `/graphql?${oddQueryString(query, dice)}` }),
    () => ({ ...plain, method: dice.of(METHODS), body: null, path: dice.of(PATHS) }),
    () => ({ ...plain, path: dice.of(PATHS) }),
  ])()
}

function oddBody(query: string, dice: Dice): Buffer {
  const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value) ?? '')
  return dice.of([
    () => json({ query, variables: dice.some(fc.jsonValue()) }),
    () => json({ query, variables: { input: dice.some(fc.jsonValue()), id: dice.some(fc.jsonValue()) } }),
    () =>
      json({
        query:
          'query ($id: ID!, $first: Int, $after: String) { node(id: $id) { id } tasks(first: $first, after: $after) { nodes { id } } }',
        variables: { id: dice.some(fc.jsonValue()), first: dice.some(fc.jsonValue()), after: dice.some(fc.string()) },
      }),
    () => json({ query, operationName: dice.some(fc.jsonValue()), extensions: dice.some(fc.jsonValue()) }),
    () => json({ query: dice.some(fc.jsonValue()) }),
    () => json(dice.some(fc.jsonValue())),
    () => json([{ query }, { query }]),
    () => Buffer.from('['.repeat(1 + dice.below(60_000))),
    () => Buffer.from(`{"query":"${'{ a'.repeat(1 + dice.below(3_000))}"}`),
    () => Buffer.from(`{"query":"{ __typename }","variables":${'{"a":'.repeat(1 + dice.below(5_000))}`),
    () => Buffer.from(dice.some(fc.uint8Array({ maxLength: 400 }))),
    () => Buffer.alloc(0),
    () => Buffer.from('{"__proto__":{"query":"{__typename}"},"constructor":{"prototype":{}}}'),
  ])()
}

function bytesFlipped(body: Buffer, dice: Dice): Buffer {
  const flipped = Buffer.from(body)
  for (let times = 1 + dice.below(5); times > 0; times--) flipped[dice.below(flipped.length)] = dice.below(256)
  return flipped
}

function oddHeaders(headers: Record<string, string>, dice: Dice): Record<string, string> {
  return dice.of([
    () => ({ ...headers, 'content-type': dice.of(TYPES) }),
    () => ({ ...headers, accept: dice.of(ACCEPTS) }),
    () => ({ ...headers, ...dice.of(HEADERS) }),
    () => ({ ...headers, authorization: `Bearer ${dice.some(fc.string({ unit: 'grapheme-ascii', maxLength: 30 }))}` }),
  ])()
}

function oddQueryString(query: string, dice: Dice): string {
  const parts = [`query=${encodeURIComponent(query.isWellFormed() ? query : '{ a }').slice(0, 4_000)}`]
  if (dice.chance(0.5)) parts.push(`variables=${encodeURIComponent(dice.some(fc.json()))}`)
  if (dice.chance(0.3)) parts.push(`variables=${dice.of(['{', '%', 'null', '[]', '{"a":', '%ff', '1'])}`)
  if (dice.chance(0.3))
    parts.push(`extensions=${dice.of(['{', 'null', '{"persistedQuery":{"version":1,"sha256Hash":"x"}}'])}`)
  if (dice.chance(0.2)) parts.push(`operationName=${dice.of(['', 'x', '%'])}`)
  return parts.join('&')
}
