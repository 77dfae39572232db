import { beforeAll, expect, it } from 'vitest'
import { routine, rowsInto, rowsOf } from '../../src/database/routine.js'
import { sqlState, statement } from '../../src/database/sql.js'
import type { Database, TransactionSql } from '../../src/database/sql.js'
import { inOrder, step, valuesOf } from '../../src/database/step.js'
import { forEachDatabase } from '../support/test-database.js'

const ADD = step(
  'add_limits',
  ['json'],
  `INSERT INTO rate_limit SELECT * FROM json_populate_recordset(null::rate_limit, $1)`,
)
const RAISE = step(
  'raise_limits',
  ['text[]', 'int'],
  `UPDATE rate_limit SET points = points + $2 WHERE key = ANY ($1) RETURNING key, points`,
  { answers: 'rows', changes: 'cardinality($1)' },
)
const DROP = step('drop_limits', ['text[]'], `DELETE FROM rate_limit WHERE key = ANY ($1)`, {
  changes: 'cardinality($1)',
})
const STEPS = inOrder('test_steps', [ADD, RAISE, DROP])
const LIMITS = statement('test_limits', 'SELECT key, points FROM rate_limit ORDER BY key')

const add = (...keys: string[]) => ({
  step: ADD,
  values: [JSON.stringify(keys.map((key) => ({ key, points: 1, expire: null })))],
})
const raise = (...keys: string[]) => ({ step: RAISE, values: [keys, 2] })
const drop = (...keys: string[]) => ({ step: DROP, values: [keys] })

forEachDatabase((open) => {
  let database: Database

  beforeAll(async () => {
    database = await open()
  })

  const run = (...calls: Parameters<typeof valuesOf>[1]) =>
    database.transaction((sql) => sql.call<Record<string, unknown>>(STEPS, valuesOf(STEPS, calls)))
  const stateOf = async (work: Promise<unknown>) => sqlState(await work.catch((error: unknown) => error))
  const limits = () => database.sql.rows<{ key: string; points: number }>(LIMITS)

  it('runs the steps that it has something for, in its own order, and answers the rows of those that have some', async () => {
    expect(await run(raise('a', 'b'), add('a', 'b'))).toEqual({
      raise_limits: [
        { key: 'a', points: 3 },
        { key: 'b', points: 3 },
      ],
    })
    expect(await run(drop('a', 'b'))).toEqual({})
    expect(await limits()).toEqual([])
  })

  it('undoes all of a call where a step does not find all of its rows', async () => {
    expect(await stateOf(run(add('a'), raise('a', 'b')))).toBe('40001')
    expect(await stateOf(run(add('a'), drop('b')))).toBe('40001')
    expect(await limits()).toEqual([])
  })

  it('is there again after the transaction that made it was rolled back', async () => {
    const fresh = inOrder('test_fresh', [ADD, RAISE, DROP])
    const call = (sql: TransactionSql) => sql.call(fresh, valuesOf(fresh, [add('fresh')]))
    const failed = database.transaction(async (sql) => {
      await call(sql)
      throw new Error('no')
    })
    await expect(failed).rejects.toThrow('no')
    expect(await limits()).toEqual([])
    await database.transaction(call)
    await run(drop('fresh'))
  })

  it('commits with its last call, and nothing where that fails', async () => {
    await database.transaction((sql) => sql.callLast(STEPS, valuesOf(STEPS, [add('last')])))
    expect(await limits()).toEqual([{ key: 'last', points: 1 }])
    const failed = database.transaction(async (sql) => {
      await sql.call(STEPS, valuesOf(STEPS, [raise('last')]))
      await sql.callLast(STEPS, valuesOf(STEPS, [drop('nobody')]))
    })
    expect(await stateOf(failed)).toBe('40001')
    expect(await limits()).toEqual([{ key: 'last', points: 1 }])
    // The connection is as good as before.
    await run(drop('last'))
  })

  it('says what is wrong with a routine that the database does not take', async () => {
    const wrong = routine('test_wrong', { parameters: [['p_key', 'no_such_type']], body: 'RETURN null;' })
    expect(await stateOf(database.transaction((sql) => sql.call(wrong, ['x'])))).toBe('42704')
  })

  it('answers rows as a statement does, times as Dates', async () => {
    const rows = statement(
      'test_rows',
      `SELECT '2026-11-27T10:00:00.123Z'::timestamptz AS "seenAt", null::timestamptz AS "endedAt",
      ARRAY['x', 'ü"'] AS names, '{"a": [1]}'::jsonb AS data, 1.5::float8 AS half`,
    )
    const read = routine('test_read', {
      parameters: [['p_nothing', 'int']],
      variables: [['v_rows', 'json']],
      body: `${rowsInto('v_rows', rows)} RETURN v_rows;`,
    })
    const answered = await database.transaction((sql) => sql.call<Record<string, unknown>[]>(read, [null]))
    expect(rowsOf(answered)).toEqual(await database.sql.rows(rows))
    expect(rowsOf(null)).toEqual([])
  })
})

it('a step that is given twice, or that the routine has not, is a mistake of the caller', () => {
  expect(() => valuesOf(STEPS, [drop('a'), drop('b')])).toThrow('twice')
  expect(() => valuesOf(inOrder('test_other', [ADD]), [drop('a')])).toThrow('has not')
})
