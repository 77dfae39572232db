import { inline, routine } from './routine.js'
import type { Routine } from './routine.js'
import { statement } from './sql.js'
import type { Sql, Statement } from './sql.js'

/** A statement that can be one of several in a routine. */
export interface Step extends Statement {
  /** Of its parameters. */
  readonly types: readonly string[]
  /** `rows`: its rows are wanted. */
  readonly answers: 'nothing' | 'rows'
  /** How many rows it must change, in SQL over its parameters; with fewer all of the routine is undone (40001). */
  readonly changes: string | null
}

export interface StepOptions {
  answers?: Step['answers']
  changes?: string
}

export function step(name: string, types: readonly string[], text: string, options: StepOptions = {}): Step {
  const { answers = 'nothing', changes = null } = options
  return { ...statement(name, text), types, answers, changes }
}

/** A step with what it is to be done with. */
export interface StepCall {
  step: Step
  values: readonly unknown[]
}

export function runStep<Row>(sql: Sql, { step: { name, text }, values }: StepCall): Promise<Row[]> {
  return sql.rows<Row>({ name, text }, values)
}

/** Steps in a fixed order, of which each call leaves out those that it has nothing for. */
export interface StepRoutine extends Routine {
  readonly steps: readonly Step[]
}

/** A routine that runs steps in this order; it answers an object with the rows of each step that has some, by its name. */
export function inOrder(name: string, steps: readonly Step[]): StepRoutine {
  const variables: [string, string][] = [
    ['answer', `jsonb := '{}'`],
    ['answered', 'json[]'],
    ['one', 'record'],
    ['changed', 'bigint'],
  ]
  const parameters = steps.flatMap((one) => one.types.map((type, n): [string, string] => [nameOf(one, n), type]))
  const body = steps.map((one) => `IF ${nameOf(one, 0)} IS NOT NULL THEN\n${bodyOf(one)}\nEND IF;`)
  body.push('RETURN answer;')
  return { ...routine(name, { parameters, variables, body: body.join('\n') }), steps }
}

/** The values of a call of the routine, null for the steps that are left out. */
export function valuesOf({ steps }: StepRoutine, calls: readonly StepCall[]): unknown[] {
  const given = new Map(calls.map((call) => [call.step, call.values]))
  if (given.size < calls.length) throw new Error('A step is in the call twice.')
  const values = steps.flatMap((one): readonly unknown[] => {
    const own = given.get(one)
    given.delete(one)
    return own ?? one.types.map(() => null)
  })
  if (given.size > 0) throw new Error('The call has a step that the routine has not.')
  return values
}

function nameOf({ name }: Step, parameter: number): string {
  return `${name}_${parameter + 1}`
}

function bodyOf(one: Step): string {
  const variables = one.types.map((_, n) => nameOf(one, n))
  const text = inline(one, variables)
  const checked = (count: string) =>
    one.changes === null
      ? ''
      : `IF ${count} <> ${inline({ name: one.name, text: one.changes }, variables)} THEN
  RAISE EXCEPTION '${one.name} did not find all of its rows.' USING ERRCODE = 'serialization_failure';
END IF;`
  if (one.answers === 'nothing') {
    return one.changes === null ? `${text};` : `${text};\nGET DIAGNOSTICS changed = ROW_COUNT;\n${checked('changed')}`
  }
  // A loop, because a statement that changes data cannot stand in a subquery.
  return `answered := '{}';
FOR one IN ${text} LOOP answered := array_append(answered, to_json(one)); END LOOP;
${checked('cardinality(answered)')}
answer := jsonb_set(answer, '{${one.name}}', to_jsonb(answered));`
}
