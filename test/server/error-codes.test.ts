import { readdirSync, readFileSync } from 'node:fs'
import { GraphQLError } from 'graphql'
import type { GraphQLEnumType } from 'graphql'
import { beforeAll, describe, expect, it } from 'vitest'
import { Unavailable } from '../../src/database/unavailable.js'
import { ConversationSealed } from '../../src/use-cases/calls/outcome.js'
import { maskError } from '../../src/graphql/errors.js'
import { schema } from '../../src/graphql/schema.js'
import { answerOf, requestGraphQL } from '../support/graphql-request.js'
import { textAt } from '../support/graphql.js'
import { ADMIN_TOKEN, startServer } from '../support/server-process.js'
import type { ServerProcess } from '../support/server-process.js'

const CODES = (schema.getType('ErrorCode') as GraphQLEnumType).getValues().map(({ name }) => name)
const SOURCE = new URL('../../src/', import.meta.url)

let server: ServerProcess
let viewer: string
let runtimeId: string
let taskId: string

beforeAll(async () => {
  server = await startServer({ env: { BATON_ADMIN_TOKEN: ADMIN_TOKEN, BATON_RATE_LIMIT_FAILURES: '3' } })
  const made = async (call: string, path: string): Promise<string> =>
    textAt((await requestGraphQL(server.url, ADMIN_TOKEN, `mutation { ${call} }`)).data, path)
  viewer = await made('createToken(input: { name: "V", kind: VIEWER }) { secret }', 'createToken.secret')
  runtimeId = await made(
    'registerRuntime(input: { daemonId: "d", provider: "p" }) { runtime { id } }',
    'registerRuntime.runtime.id',
  )
  const agentId = await made(
    `createAgent(input: { name: "A", runtimeId: "${runtimeId}", requestId: "once" }) { agent { id } }`,
    'createAgent.agent.id',
  )
  taskId = await made(
    `enqueueTask(input: { agentId: "${agentId}", issueKey: "I-1", prompt: "x" }) { task { id } }`,
    'enqueueTask.task.id',
  )
})

async function codeFor(query: string, token: string | null = ADMIN_TOKEN): Promise<unknown> {
  const { errors } = await requestGraphQL(server.url, token, query)
  return errors[0]?.extensions['code']
}

async function codeOfPost(contentType: string, body: string): Promise<unknown> {
  const headers = { 'content-type': contentType, authorization: `Bearer ${ADMIN_TOKEN}` }
  const { errors } = await answerOf(await fetch(`${server.url}/graphql`, { method: 'POST', headers, body }))
  return errors[0]?.extensions['code']
}

/** How each code comes about; those that no caller can provoke, from what is thrown. */
const PROVOKED: Record<string, () => Promise<unknown>> = {
  UNAUTHENTICATED: () => codeFor('{ viewer { kind } }', null),
  FORBIDDEN: () => codeFor('{ tokens { id } }', viewer),
  NOT_FOUND: () =>
    codeFor('mutation { revokeToken(input: { tokenId: "tok_01h2xcejqtf2nbrexx3vqjhp41" }) { token { id } } }'),
  BAD_USER_INPUT: () => codeFor('mutation { cancelTask(input: { taskId: "x" }) { task { id } } }'),
  STALE_CLAIM: () =>
    codeFor(`mutation { startTask(input: { taskId: "${taskId}", claimToken: "wrong" }) { task { id } } }`),
  ILLEGAL_TRANSITION: () => codeFor(`mutation { rerunTask(input: { taskId: "${taskId}" }) { task { id } } }`),
  REQUEST_ID_REUSED: () =>
    codeFor(
      `mutation { createAgent(input: { name: "B", runtimeId: "${runtimeId}", requestId: "once" }) { agent { id } } }`,
    ),
  PAYLOAD_TOO_LARGE: () => codeOfPost('application/json', 'x'.repeat(20_000_000)),
  QUERY_TOO_COMPLEX: () => codeFor(`{ ${'viewer { '.repeat(30)} kind ${'}'.repeat(30)} }`),
  BAD_REQUEST: () => codeOfPost('application/json', 'null'),
  GRAPHQL_PARSE_FAILED: () => codeFor('query {'),
  GRAPHQL_VALIDATION_FAILED: () => codeFor('{ viewers { kind } }'),
  CONVERSATION_SEALED: async () => maskError(new ConversationSealed('chat_x', 9)).extensions['code'],
  UNAVAILABLE: async () => maskError(new Unavailable('away')).extensions['code'],
  INTERNAL: async () => maskError(new Error('oops')).extensions['code'],
  RATE_LIMITED: async () => {
    for (let n = 0; n < 4; n++) await codeFor('{ viewer { kind } }', `baton_wrong_${n}`)
    return codeFor('{ viewer { kind } }', 'baton_wrong')
  },
}

describe('enum ErrorCode of the schema', () => {
  it('has only values that this test can provoke', () => {
    expect(CODES.toSorted()).toEqual(Object.keys(PROVOKED).toSorted())
  })

  it.each(Object.keys(PROVOKED))('the server sends %s', async (code) => {
    expect(await PROVOKED[code]?.()).toBe(code)
  })

  it('describes every value', () => {
    for (const value of (schema.getType('ErrorCode') as GraphQLEnumType).getValues()) {
      expect(value.description?.length, value.name).toBeGreaterThan(40)
    }
  })
})

describe('an unlisted code', () => {
  it.each(['INTERNAL_SERVER_ERROR', 'REQUEST_ENTITY_TOO_LARGE', 'OPERATION_RESOLUTION_FAILURE', 'toString', 7])(
    'does not leave the server: %s, from an error of a library',
    (code) => {
      const of = (extensions: object) => maskError(new GraphQLError('Oh', { extensions: { code, ...extensions } }))
      expect(CODES).toContain(of({}).extensions['code'])
      expect(CODES).toContain(of({ http: { status: 400 } }).extensions['code'])
    },
  )

  it('occurs in no source file: all use the type of the list', () => {
    const makers = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
      .filter((file) => /^(?:graphql|server|use-cases)\/.*\.ts$/.test(file))
      .filter((file) => /new GraphQLError\(|extensions: \{ code: '/.test(readFileSync(new URL(file, SOURCE), 'utf8')))
    expect(makers.toSorted()).toEqual([
      'graphql/errors.ts',
      // Without a code: errors.ts gives it one.
      'graphql/scalars.ts',
      // With the extensions of another error.
      'server/operations/compiled-mutations.ts',
    ])
  })
})
