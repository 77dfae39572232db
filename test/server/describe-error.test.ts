import { beforeAll, describe, expect, it } from 'vitest'
import { describeError } from '../../src/server/observing/describe-error.js'
import { statement } from '../../src/database/sql.js'
import type { Database } from '../../src/database/sql.js'
import { executeSync, GraphQLInt, GraphQLObjectType, GraphQLSchema, parse } from 'graphql'
import { forEachDatabase } from '../support/test-database.js'

const PROMPT = 'hunter2prompt'

/** What the call throws. */
async function thrownBy(call: () => unknown): Promise<unknown> {
  try {
    await call()
  } catch (error) {
    return error
  }
  throw new Error('Nothing was thrown.')
}

forEachDatabase((open) => {
  let database: Database

  beforeAll(async () => {
    database = await open()
  })

  const query = (text: string, ...values: unknown[]) => database.sql.rows(statement('', text), values)

  it.each<[string, () => Promise<unknown>, object]>([
    ['a value of the wrong type', () => query('SELECT $1::text::int', PROMPT), { code: '22P02' }],
    ['a text that is no JSON', () => query('SELECT $1::text::jsonb', PROMPT), { code: '22P02' }],
    [
      'a row that breaks a rule',
      () => query(`INSERT INTO task_content ("workspaceId", "taskId", prompt) VALUES (NULL, 't', $1)`, PROMPT),
      { code: '23502', column: 'workspaceId', table: 'task_content' },
    ],
    [
      'a call of Prisma that is not valid',
      () => database.prisma.task.findMany({ where: { id: PROMPT, attempt: PROMPT as unknown as number } }),
      { name: 'PrismaClientValidationError' },
    ],
    [
      'a statement of Prisma that fails',
      () => database.prisma.$queryRawUnsafe('SELECT $1::text::int', PROMPT),
      { name: 'PrismaClientKnownRequestError', code: 'P2010' },
    ],
  ])('the values of %s are not logged', async (_what, call, expected) => {
    const error = await thrownBy(call)
    expect(describeError(error)).toMatchObject(expected)
    expect(JSON.stringify(describeError(error))).not.toContain(PROMPT)
  })
})

describe('other errors', () => {
  it('an invalid JSON text is not quoted', async () => {
    const error = await thrownBy(() => JSON.parse(PROMPT))
    expect(describeError(error)).toMatchObject({ name: 'SyntaxError', message: 'Unexpected token …' })
    expect(JSON.stringify(describeError(error))).not.toContain(PROMPT)
  })

  it('a result of the wrong type is not quoted', () => {
    const Query = new GraphQLObjectType({ name: 'Query', fields: { n: { type: GraphQLInt, resolve: () => PROMPT } } })
    const result = executeSync({ schema: new GraphQLSchema({ query: Query }), document: parse('{ n }') })
    const [error] = result.errors ?? []
    expect(error?.message).toContain(PROMPT)
    expect(describeError(error)).toMatchObject({ message: 'Int cannot represent non-integer value …' })
    expect(JSON.stringify(describeError(error))).not.toContain(PROMPT)
  })

  it('properties are not logged, whatever their names', () => {
    const error = Object.assign(new Error('violates'), {
      code: '23514',
      detail: PROMPT,
      query: PROMPT,
      params: [PROMPT],
    })
    expect(describeError(error)).toMatchObject({ name: 'Error', message: 'violates', code: '23514' })
    expect(JSON.stringify(describeError(error))).not.toContain(PROMPT)
  })

  it('the stack is logged without the message above it', () => {
    const { stack } = describeError(new Error(`One line\n    at ${PROMPT}`)) as { stack: string }
    expect(stack).toMatch(/^\s+at .*describe-error\.test\.ts:/)
    expect(stack).not.toContain(PROMPT)
  })

  it('causes are logged the same way', () => {
    const cause = Object.assign(new Error('the cause'), { detail: PROMPT })
    const logged = describeError(new Error('the failure', { cause }))
    expect(logged).toMatchObject({ message: 'the failure', cause: { message: 'the cause' } })
    expect(JSON.stringify(logged)).not.toContain(PROMPT)
  })

  it('a thrown value that is not an error is not logged', () => {
    expect(describeError(PROMPT)).toEqual({ message: 'The thrown value is not an Error but a string.' })
  })
})
