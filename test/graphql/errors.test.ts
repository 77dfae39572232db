import { beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../../src/database/ids.js'
import type { Database } from '../../src/database/sql.js'
import { openEmbeddedDatabase } from '../support/embedded-database.js'
import { Api, servicesOver } from '../support/graphql.js'
import { makeRuntime } from '../support/graphql-world.js'

let api: Api

beforeAll(async () => {
  api = await Api.open(await openEmbeddedDatabase())
  return () => api.services.database.close()
})

const CREATE_AGENT = `mutation ($input: CreateAgentInput!) { createAgent(input: $input) { agent { id } } }`
const input = { name: 'A', runtimeId: newId('rt') }

describe('an error of GraphQL itself', () => {
  it('a document that cannot be parsed is GRAPHQL_PARSE_FAILED', async () => {
    const refusal = await api.as('VIEWER').refusal(`query {`)
    expect(refusal).toMatchObject({ code: 'GRAPHQL_PARSE_FAILED' })
    expect(refusal.message).toContain('Syntax Error')
  })

  it('an unknown field is GRAPHQL_VALIDATION_FAILED, with its name', async () => {
    const refusal = await api.as('VIEWER').refusal(`query { viewers { name } }`)
    expect(refusal).toMatchObject({ code: 'GRAPHQL_VALIDATION_FAILED' })
    expect(refusal.message).toContain('"viewers"')
  })

  it.each([
    [{ ...input, maxConcurrentTasks: 'six' }, 'input.maxConcurrentTasks'],
    [{ name: 'A' }, 'input.runtimeId'],
    [{ ...input, nmae: 'A' }, 'input.nmae'],
    [{ ...input, name: ['" at "elsewhere"; no'] }, 'input.name'],
    [{ ...input, resumePolicy: { scope: 'OLDEST' } }, 'input.resumePolicy.scope'],
    [undefined, 'input'],
    ['text', 'input'],
  ])('invalid variables are BAD_USER_INPUT: %j names %s', async (value, path) => {
    const refusal = await api.as('MEMBER').refusal(CREATE_AGENT, value === undefined ? {} : { input: value })
    expect(refusal).toMatchObject({ code: 'BAD_USER_INPUT', fields: [{ path }] })
  })

  it('lists are counted from 0 in the path', async () => {
    const document = `query ($ids: [ID!]!) { nodes(ids: $ids) { id } }`
    const refusal = await api.as('VIEWER').refusal(document, { ids: [newId('task'), { a: 1 }] })
    expect(refusal).toMatchObject({ code: 'BAD_USER_INPUT', fields: [{ path: 'ids.1' }] })
  })

  it('a long wrong value is not sent back whole', async () => {
    const refusal = await api
      .as('MEMBER')
      .refusal(CREATE_AGENT, { input: { ...input, maxConcurrentTasks: 'x'.repeat(1e6) } })
    expect(refusal.code).toBe('BAD_USER_INPUT')
    expect(JSON.stringify(refusal).length).toBeLessThan(2_000)
  })
})

describe('positions', () => {
  const document = `query ($after: Position) { sessionEvents(after: $after) { position } }`

  it.each(['0', '00042', 7, '9223372036854775807'])('%j is a position', async (after) => {
    expect(await api.as('VIEWER').ask(document, { after })).toEqual({ sessionEvents: [] })
  })

  it.each(['', '-1', '1.5', 'x', '1e3', '9223372036854775808', '99999999999999999999', 1.5, -1, 2 ** 60, true])(
    '%j is not a position',
    async (after) => {
      expect(await api.as('VIEWER').refusal(document, { after })).toMatchObject({
        code: 'BAD_USER_INPUT',
        fields: [{ path: 'after' }],
      })
    },
  )
})

describe('a refusal', () => {
  it('names all wrong fields of a call', async () => {
    const wrong = { name: ' ', runtimeId: 'nonsense', maxConcurrentTasks: 0, resumePolicy: { maxAgeSeconds: 0 } }
    const { fields } = await api.as('MEMBER').refusal(CREATE_AGENT, { input: wrong })
    expect(fields?.map(({ path }) => path).toSorted()).toEqual([
      'input.maxConcurrentTasks',
      'input.name',
      'input.resumePolicy.maxAgeSeconds',
      'input.runtimeId',
    ])
  })

  it('of a use case has its code and a sentence', async () => {
    const refusal = await api.as('MEMBER').refusal(CREATE_AGENT, { input })
    expect(refusal).toEqual({ code: 'NOT_FOUND', message: expect.stringContaining(input.runtimeId) as string })
  })

  it('contains the status of a task that cannot take the step', async () => {
    const owner = api.as('ROOT')
    const runtimeId = await makeRuntime(owner)
    const made = `mutation {
      createAgent(input: { name: "A", runtimeId: "${runtimeId}" }) { agent { id } }
    }`
    const { createAgent } = (await owner.ask(made)) as { createAgent: { agent: { id: string } } }
    const enqueue = `mutation { enqueueTask(input: { agentId: "${createAgent.agent.id}", issueKey: "A-1", prompt: "x" }) { task { id } } }`
    const { enqueueTask } = (await owner.ask(enqueue)) as { enqueueTask: { task: { id: string } } }
    const rerun = `mutation { rerunTask(input: { taskId: "${enqueueTask.task.id}" }) { task { id } } }`
    expect(await owner.refusal(rerun)).toMatchObject({ code: 'ILLEGAL_TRANSITION', status: 'QUEUED' })
  })
})

describe('a failure of the server', () => {
  const SECRET = 'password=hunter2'

  function broken(database: Database): Api {
    const fail = () => Promise.reject(new Error(SECRET))
    const breaking = { ...database, sql: { rows: fail }, reads: { rows: fail }, transaction: fail }
    const prisma = new Proxy(database.prisma, {
      get() {
        throw new Error(SECRET)
      },
    })
    return api.through(servicesOver({ ...breaking, prisma }))
  }

  it.each([
    `query { tasks { nodes { id } } }`,
    `mutation { registerRuntime(input: { daemonId: "daemon-1", provider: "claude" }) { runtime { id } } }`,
  ])('is INTERNAL without details: %s', async (document) => {
    const refusal = await broken(api.services.database).as('ROOT').refusal(document)
    expect(refusal).toMatchObject({ code: 'INTERNAL' })
    expect(JSON.stringify(refusal)).not.toContain(SECRET)
  })
})
