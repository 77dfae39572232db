import { beforeAll, describe, expect, it } from 'vitest'
import { routineIn, routineOf, rowsOf, valuesOf } from '../../src/database/routine.js'
import { sqlState, statement } from '../../src/database/sql.js'
import type { Database, TransactionSql } from '../../src/database/sql.js'
import { forEachDatabase } from '../support/test-database.js'

const limitsRoutine = (name: string) =>
  routineOf(`-- Written (in this test) to be called.
CREATE OR REPLACE FUNCTION pg_temp.${name}(
  -- The limits (new ones).
  new_limits json,
  raised text[], by int
) RETURNS json LANGUAGE plpgsql VOLATILE AS $routine$
DECLARE found_rows bigint;
BEGIN
IF new_limits IS NOT NULL THEN
  INSERT INTO rate_limit SELECT * FROM json_populate_recordset(null::rate_limit, new_limits);
END IF;
IF raised IS NOT NULL THEN
  UPDATE rate_limit SET points = points + by WHERE key = ANY (raised);
  GET DIAGNOSTICS found_rows = ROW_COUNT;
  IF found_rows <> cardinality(raised) THEN
    RAISE EXCEPTION 'Not all.' USING ERRCODE = 'serialization_failure';
  END IF;
END IF;
RETURN json_build_object('raised', found_rows);
END $routine$;
`)
const ROUTINE = limitsRoutine('test_limits')
const LIMITS = statement('test_limits', 'SELECT key, points FROM rate_limit ORDER BY key')
const DROP = statement('test_drop_limits', 'DELETE FROM rate_limit')

const add = (...keys: string[]) => ({
  new_limits: JSON.stringify(keys.map((key) => ({ key, points: 1, expire: null }))),
})
const raise = (...keys: string[]) => ({ raised: keys, by: 2 })

forEachDatabase((open) => {
  let database: Database

  beforeAll(async () => {
    database = await open()
  })

  const run = (values: Record<string, unknown>) => database.transaction((sql) => sql.call<object>(ROUTINE, values))
  const stateOf = async (work: Promise<unknown>) => sqlState(await work.catch((error: unknown) => error))
  const limits = () => database.sql.rows<{ key: string; points: number }>(LIMITS)

  it('a routine gets its values by name, with null for missing ones, and answers', async () => {
    expect(await run(add('a', 'b'))).toEqual({ raised: null })
    expect(await run(raise('a', 'b'))).toEqual({ raised: 2 })
    expect(await limits()).toEqual([
      { key: 'a', points: 3 },
      { key: 'b', points: 3 },
    ])
    await database.sql.rows(DROP)
  })

  it('a routine undoes the whole call if it raises an error', async () => {
    expect(await stateOf(run({ ...add('a'), ...raise('a', 'b') }))).toBe('40001')
    expect(await limits()).toEqual([])
  })

  it('a routine is created again after the transaction that created it was rolled back', async () => {
    const fresh = limitsRoutine('test_fresh')
    const call = (sql: TransactionSql) => sql.call(fresh, add('fresh'))
    const failed = database.transaction(async (sql) => {
      await call(sql)
      throw new Error('no')
    })
    await expect(failed).rejects.toThrow('no')
    expect(await limits()).toEqual([])
    await database.transaction(call)
    await database.sql.rows(DROP)
  })

  it('a routine commits with its last call, and not at all if that call fails', async () => {
    await database.transaction((sql) => sql.callLast(ROUTINE, add('last')))
    expect(await limits()).toEqual([{ key: 'last', points: 1 }])
    const failed = database.transaction(async (sql) => {
      await sql.call(ROUTINE, raise('last'))
      await sql.callLast(ROUTINE, raise('nobody'))
    })
    expect(await stateOf(failed)).toBe('40001')
    expect(await limits()).toEqual([{ key: 'last', points: 1 }])
    // The connection is as good as before.
    await database.sql.rows(DROP)
  })

  it('a routine fails with the line number of its file', async () => {
    const line = `-- A comment.\n\nCREATE OR REPLACE FUNCTION pg_temp.test_line(\n  divisor int\n) RETURNS json LANGUAGE plpgsql VOLATILE AS $routine$
BEGIN
RETURN to_json(1 / divisor);
END $routine$;`
    const error = await database
      .transaction((sql) => sql.call(routineOf(line), { divisor: 0 }))
      .catch((failure: unknown) => failure as { where?: string })
    expect(line.split('\n')[6]).toContain('1 / divisor')
    expect(error).toMatchObject({ where: expect.stringContaining('line 7 at RETURN') as string })
  })

  it('an error reports what is wrong with a routine that the database refuses', async () => {
    const wrong = routineOf(`CREATE OR REPLACE FUNCTION pg_temp.test_wrong(given no_such_type)
      RETURNS json LANGUAGE plpgsql VOLATILE AS $routine$ BEGIN RETURN null; END $routine$;`)
    expect(await stateOf(database.transaction((sql) => sql.call(wrong, { given: 'x' })))).toBe('42704')
  })

  it('a routine answers rows like a statement, with times as Dates', async () => {
    const rows = statement(
      'test_rows',
      `SELECT '2026-11-27T10:00:00.123Z'::timestamptz AS "seenAt", null::timestamptz AS "endedAt",
      ARRAY['x', 'ü"'] AS names, '{"a": [1]}'::jsonb AS data, 1.5::float8 AS half`,
    )
    const read =
      routineOf(`CREATE OR REPLACE FUNCTION pg_temp.test_read() RETURNS json LANGUAGE plpgsql VOLATILE AS $routine$
      BEGIN RETURN (SELECT json_agg(r) FROM (${rows.text}) r); END $routine$;`)
    const answered = await database.transaction((sql) => sql.call<Record<string, unknown>[]>(read, {}))
    expect(rowsOf(answered)).toEqual(await database.sql.rows(rows))
    expect(rowsOf(null)).toEqual([])
  })
})

describe('a routine', () => {
  it('refuses a value without a parameter', () => {
    expect(() => valuesOf(ROUTINE, { key: 'a' })).toThrow('test_limits has no parameter key.')
  })

  it.each(['load-claims', 'load-conversations', 'write'])('of the source is read completely: %s', (file) => {
    const { name, parameters } = routineIn(`use-cases/transaction/${file}.sql`)
    expect(name).toMatch(/^[a-z_]+$/)
    expect(parameters.length).toBeGreaterThan(8)
  })
})
