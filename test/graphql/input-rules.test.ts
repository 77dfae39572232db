import {
  getNamedType,
  getNullableType,
  GraphQLInputObjectType,
  GraphQLString,
  isEnumType,
  isInputObjectType,
  isListType,
  isObjectType,
} from 'graphql'
import type { GraphQLArgument, GraphQLInputField, GraphQLInputType } from 'graphql'
import { beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../../src/database/ids.js'
import { hasItsOwnRulesOnly, rulesOf } from '../../src/graphql/input-problems.js'
import { key } from '../../src/graphql/input-rules.js'
import { schema } from '../../src/graphql/schema.js'
import { openEmbeddedDatabase } from '../support/embedded-database.js'
import { Api } from '../support/graphql.js'
import type { Refused } from '../support/graphql.js'
import { callOf, rootFields, sample } from '../support/schema-calls.js'

const KB = 1024
const MB = 1024 * KB

let api: Api

beforeAll(async () => {
  api = await Api.open(await openEmbeddedDatabase())
  return () => api.services.database.close()
})

type Input = GraphQLArgument | GraphQLInputField

/** These check themselves: Position is a scalar of its own, pages are checked where they are cut. */
const CHECKED_ELSEWHERE = new Set(['Boolean', 'Position'])
const PAGE_ARGUMENTS = new Set(['first', 'last', 'after', 'before'])

function* inputs(): Generator<{ path: string; input: Input }> {
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__')) continue
    if (isInputObjectType(type)) {
      for (const input of Object.values(type.getFields())) yield { path: `${type.name}.${input.name}`, input }
    }
    if (!isObjectType(type)) continue
    for (const field of Object.values(type.getFields())) {
      const isPage = getNamedType(field.type).name.endsWith('Connection')
      for (const input of field.args) {
        if (isPage && PAGE_ARGUMENTS.has(input.name)) continue
        yield { path: `${type.name}.${field.name}(${input.name})`, input }
      }
    }
  }
}

it('every text, number, id, time, JSON value and list in the input has a limit', () => {
  const unlimited = [...inputs()].filter(({ input }) => {
    const type = getNamedType(input.type)
    if (isEnumType(type) || CHECKED_ELSEWHERE.has(type.name)) return false
    if (isInputObjectType(type) && !isListType(getNullableType(input.type))) return false
    return rulesOf(input).length === 0
  })
  expect(unlimited.map(({ path }) => path)).toEqual([])
})

describe('the rules of inputs are checked in one place', () => {
  const ruled = { extensions: { '@pothos/plugin-validation': { schemas: [key] } } }
  const typeOf = (extensions: Record<string, unknown>) =>
    new GraphQLInputObjectType({ name: 'I', fields: { a: { type: GraphQLString, ...ruled } }, extensions })
  const argument = (type: GraphQLInputType, extensions: Record<string, unknown> = {}) =>
    ({ name: 'input', type, extensions }) as GraphQLArgument

  it('for each mutation of the API', () => {
    const mutations = rootFields().filter(({ kind }) => kind === 'mutation')
    expect(mutations.filter(({ field }) => !hasItsOwnRulesOnly(field.args)).map(({ name }) => name)).toEqual([])
  })

  it('where they are the rules of arguments and fields', () => {
    expect(hasItsOwnRulesOnly([argument(typeOf({}))])).toBe(true)
    expect(hasItsOwnRulesOnly([argument(GraphQLString, ruled.extensions)])).toBe(true)
  })

  it('not where there is none, or one for a whole type or for all arguments together', () => {
    expect(hasItsOwnRulesOnly([argument(GraphQLString)])).toBe(false)
    expect(hasItsOwnRulesOnly([argument(typeOf(ruled.extensions))])).toBe(false)
    const together = { '@pothos/plugin-validation': { parentSchemas: [key] } }
    expect(hasItsOwnRulesOnly([argument(typeOf({})), argument(GraphQLString, together)])).toBe(false)
  })
})

/** What a limit counts, by what is sent: characters of two bytes for those that count bytes would hide a slip. */
const chars = (most: number) => ({
  good: ['x', 'ä'.repeat(most), '😀'.repeat(most)],
  bad: ['', ' \t\n', 'x'.repeat(most + 1)],
})
const filledBytes = (most: number) => ({
  good: ['x', 'x'.repeat(most), 'ä'.repeat(most / 2)],
  bad: ['', '  ', 'x'.repeat(most + 1), 'ä'.repeat(most / 2 + 1)],
})
const bytes = (most: number) => ({ good: ['', ' ', 'x'.repeat(most)], bad: ['x'.repeat(most + 1)] })
const range = (least: number, most: number) => ({ good: [least, most], bad: [least - 1, most + 1] })
const from = (least: number) => ({ good: [least, 2_147_483_647], bad: [least - 1] })
const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)])
const json = (most: number) => ({
  good: [{ a: ['b', 1, true, null] }, nested(32), 'x'.repeat(most - 2)],
  bad: [nested(33), nested(100_000 / 100), 'x'.repeat(most - 1)],
})
/** An object; which of its keys have a type is said elsewhere. */
const config = {
  good: [{}, { a: ['b', 1, true, null], model: 'opus' }, { a: nested(31) }, { a: 'x'.repeat(256 * KB - 8) }],
  bad: [1, 'x', [], { a: nested(32) }, { a: 'x'.repeat(256 * KB - 7) }, { model: 1 }, { limits: { idleSeconds: 'x' } }],
}
const ids = { good: [newId('task'), newId('rt')], bad: ['', 'x', 'task_', 'task_1', 'foo_01h2xcejqtf2nbrexx3vqjhp41'] }
const times = {
  good: ['1970-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z'],
  bad: ['1969-12-31T23:59:59Z', '0000-01-01T00:00:00Z'],
}
const idLists = (most: number) => ({
  good: [Array.from({ length: most }, () => newId('rt'))],
  bad: [[], ['x'], Array.from({ length: most + 1 }, () => newId('rt'))],
})

const NAMES = 'daemonId provider name host cliVersion account store requestId issueKey claimToken failureReason'
const each = <Limit>(names: readonly string[], limit: Limit) => Object.fromEntries(names.map((name) => [name, limit]))

const LIMITS: Record<string, { good: unknown[]; bad: unknown[] }> = {
  ...each(NAMES.split(' '), chars(512)),
  title: chars(1_000),
  ...each(['prompt', 'content'], filledBytes(MB)),
  ...each(['output', 'error'], bytes(MB)),
  reason: bytes(4 * KB),
  ...each(['sessionId', 'retiredSessionId'], filledBytes(KB)),
  workDir: filledBytes(4 * KB),
  metadata: json(256 * KB),
  'registerRuntime.metadata': json(64 * KB),
  config,
  result: json(MB),
  leaseSeconds: range(1, 3_600),
  waitSeconds: { good: [0], bad: [-1, 61] },
  max: range(1, 100),
  priority: range(-1_000, 1_000),
  maxAttempts: range(1, 20),
  maxConcurrentTasks: range(1, 1_000),
  expiresInSeconds: from(1),
  runtimeIds: idLists(100),
  ...each(['availableAt', 'retryAt'], times),
  ...each(['runtimeId', 'agentId', 'taskId', 'chatSessionId', 'conversationId', 'tokenId'], ids),
}

/** Its own words for each: lists of inputs, and what no call may name by accident. */
const CHECKED_BELOW = new Set(['claims', 'entries', 'resumePolicy', 'usage', 'instance', 'accounts'])

describe('each field of each mutation', () => {
  const cases = rootFields()
    .filter(({ kind }) => kind === 'mutation')
    .flatMap((root) => {
      const input = getNullableType(root.field.args[0]?.type)
      if (!isInputObjectType(input)) throw new Error(`${root.name} has no input`)
      const checked = Object.values(input.getFields()).filter(({ name, type }) => {
        const named = getNamedType(type)
        return !isEnumType(named) && named.name !== 'Boolean' && !CHECKED_BELOW.has(name)
      })
      return checked.map(({ name }) => ({ root, input, name }))
    })

  it.each(cases)('$root.name($name) accepts values within its limits, and is named for other values', async (test) => {
    const { root, input, name } = test
    const limits = LIMITS[`${root.name}.${name}`] ?? LIMITS[name]
    if (limits === undefined) throw new Error(`No limits are known here for ${name}`)
    const path = `input.${name}`
    const send = async (value: unknown): Promise<string[]> => {
      const { document, variables } = callOf(root, { input: { ...(sample(input, '') as object), [name]: value } })
      const { errors = [] } = await api.as('ROOT').send(document, variables)
      const fields = errors.flatMap(({ extensions }) => (extensions as unknown as Refused).fields ?? [])
      return fields.map((field) => field.path).filter((named) => named === path || named.startsWith(`${path}.`))
    }
    for (const value of limits.bad) expect(await send(value)).not.toEqual([])
    if (root.name === 'createToken' && name === 'daemonId') return
    for (const value of limits.good) expect(await send(value)).toEqual([])
  })
})

describe('a nested field', () => {
  it('is named with its whole path if it is wrong', async () => {
    const document = `mutation ($input: ReportTaskProgressInput!) { reportTaskProgress(input: $input) { accepted } }`
    const entry = { seq: 0, kind: 'text', text: 'x' }
    const entries = [entry, { ...entry, seq: -1, text: 'x'.repeat(64 * KB + 1) }, { ...entry, kind: ' ' }]
    const refusal = await api
      .as('ROOT')
      .refusal(document, { input: { taskId: newId('task'), claimToken: 't', entries } })
    expect(refusal).toMatchObject({ code: 'BAD_USER_INPUT' })
    expect(refusal.fields?.map(({ path }) => path)).toEqual([
      'input.entries.1.seq',
      'input.entries.1.text',
      'input.entries.2.kind',
    ])
  })

  it.each([
    ['createAgent', { name: 'Ada', runtimeId: newId('rt') }],
    ['updateAgent', { agentId: newId('agt') }],
  ])('%s names each key of a config that has the wrong type', async (name, rest) => {
    const document = `mutation ($input: ${name.replace(/^./, (c) => c.toUpperCase())}Input!) { ${name}(input: $input) { agent { id } } }`
    const config = { model: 1, limits: { idleSeconds: '60', totalSeconds: 60 }, env: { A: 1 }, own: 1 }
    const refusal = await api.as('ROOT').refusal(document, { input: { ...rest, config } })
    expect(refusal).toMatchObject({ code: 'BAD_USER_INPUT' })
    expect(refusal.fields?.map(({ path }) => path)).toEqual([
      'input.config.model',
      'input.config.env.A',
      'input.config.limits.idleSeconds',
    ])
  })

  it.each([0, 501])('%i entries of progress are too few or too many', async (length) => {
    const document = `mutation ($input: ReportTaskProgressInput!) { reportTaskProgress(input: $input) { accepted } }`
    const entries = Array.from({ length }, (_, seq) => ({ seq, kind: 'text', text: 'x' }))
    const refusal = await api
      .as('ROOT')
      .refusal(document, { input: { taskId: newId('task'), claimToken: 't', entries } })
    expect(refusal).toMatchObject({ code: 'BAD_USER_INPUT', fields: [{ path: 'input.entries' }] })
  })

  it('the metadata of a runtime is at most 64 KB', async () => {
    const document = `mutation ($input: RegisterRuntimeInput!) { registerRuntime(input: $input) { runtime { id } } }`
    const input = { daemonId: 'daemon-1', provider: 'claude', metadata: { notes: 'x'.repeat(64 * 1024) } }
    const refusal = await api.as('ROOT').refusal(document, { input })
    expect(refusal).toMatchObject({ code: 'BAD_USER_INPUT', fields: [{ path: 'input.metadata' }] })
    expect(refusal.fields?.[0]?.message).toContain('at most 64 KB')
  })

  it('a heartbeat names at most 1,000 claims', async () => {
    const document = `mutation ($input: HeartbeatInput!) { heartbeat(input: $input) { nextHeartbeatSeconds } }`
    const claims = Array.from({ length: 1_001 }, () => ({ taskId: newId('task'), claimToken: 't' }))
    const input = { daemonId: 'daemon-1', runtimeIds: [newId('rt')], claims }
    expect(await api.as('ROOT').refusal(document, { input })).toMatchObject({ fields: [{ path: 'input.claims' }] })
  })

  it.each([
    [{ maxResumeFailures: 0 }, 'maxResumeFailures'],
    [{ maxResumeFailures: 1_001 }, 'maxResumeFailures'],
    [{ maxAgeSeconds: 0 }, 'maxAgeSeconds'],
  ])('a resume policy of %j is refused', async (resumePolicy, name) => {
    const document = `mutation ($input: CreateAgentInput!) { createAgent(input: $input) { agent { id } } }`
    const refusal = await api
      .as('ROOT')
      .refusal(document, { input: { name: 'A', runtimeId: newId('rt'), resumePolicy } })
    expect(refusal).toMatchObject({ code: 'BAD_USER_INPUT', fields: [{ path: `input.resumePolicy.${name}` }] })
  })
})
