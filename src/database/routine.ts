import type { Statement } from './sql.js'

/**
 * Several statements that the database runs one after the other for one call, each seeing what the ones before it did and
 * what others have committed meanwhile (a volatile function in PL/pgSQL). A lone claim of seventeen statements spent
 * most of its time on what each of them costs besides its work: a write and a wake-up on either side.
 *
 * It is a function of the connection (`pg_temp`), made where it is first called: what it does is written in one place,
 * here, beside the code that calls it, and servers of two versions on one database do not meet each other's.
 */
export interface Routine {
  readonly name: string
  /** CREATE FUNCTION, to be run once a connection. `settings`: those that its statements run under, as `name=value`. */
  readonly definition: (settings: readonly string[]) => string
  /** Calls it; the answer is one row with the column `answer`. */
  readonly call: Statement
}

export interface RoutineParts {
  /** Names and types of the parameters, in the order in which a call gives them. */
  parameters: readonly (readonly [name: string, type: string])[]
  /** Names and types of further variables. */
  variables?: readonly (readonly [name: string, type: string])[]
  /** PL/pgSQL statements; the last of them returns json. Only constants of this program may come in here. */
  body: string
}

export function routine(name: string, { parameters, variables = [], body }: RoutineParts): Routine {
  const declared = variables.map(([variable, type]) => `${variable} ${type};`).join(' ')
  const given = parameters.map(([, type], index) => `$${index + 1}::${type}`).join(', ')
  return {
    name,
    definition: (
      settings,
    ) => `CREATE OR REPLACE FUNCTION pg_temp.${name}(${parameters.map((one) => one.join(' ')).join(', ')})
RETURNS json LANGUAGE plpgsql VOLATILE ${settings.map((setting) => `SET ${setting}`).join(' ')} AS $routine$
#variable_conflict use_column
DECLARE ${declared}
BEGIN
${body}
END $routine$`,
    call: { name: `call_${name}`, text: `SELECT pg_temp.${name}(${given}) AS answer` },
  }
}

/** The statement's text with variables in place of its parameters $1, $2, ... */
export function inline({ text }: Statement, variables: readonly string[] = []): string {
  return text.replace(/\$(\d+)/g, (_, number: string) => {
    const variable = variables[Number(number) - 1]
    if (variable === undefined) throw new Error(`There is no variable for $${number}.`)
    return variable
  })
}

/** Runs a SELECT for what it does; its rows are dropped. */
export function perform(statement: Statement): string {
  return `PERFORM ${inline(statement).replace(/^SELECT /, '')};`
}

/** Puts all rows of the statement into a variable of type json; null where there are none. */
export function rowsInto(variable: string, statement: Statement, variables: readonly string[] = []): string {
  return `SELECT json_agg(r) INTO ${variable} FROM (${inline(statement, variables)}) r;`
}

/** Puts each pair of two arrays, given in SQL, into two variables of type text[] once; null where there are none. */
export function distinctInto(variables: readonly string[], arrays: readonly string[]): string {
  return `SELECT array_agg(w), array_agg(id) INTO ${variables.join(', ')}
      FROM (SELECT DISTINCT w, id FROM unnest(${arrays.join(', ')}) AS x(w, id)) d;`
}

/**
 * Rows as a routine answers them, with their times as Dates: those are the columns whose names end with `At`. Anything
 * else is as in JSON: no row with a column of another type may come this way.
 */
export function rowsOf<Row>(rows: readonly Record<string, unknown>[] | null | undefined): Row[] {
  const [first] = rows ?? []
  if (rows == null || first === undefined) return []
  const times = Object.keys(first).filter((column) => column.endsWith('At'))
  for (const row of rows) {
    for (const column of times) {
      const time = row[column]
      if (time !== null) row[column] = new Date(time as string)
    }
  }
  return rows as Row[]
}
