import { readFileSync } from 'node:fs'
import type { Statement } from './sql.js'

/**
 * Several statements that the database runs one after the other for one call, each seeing what the ones before it did and
 * what others have committed meanwhile (a volatile function in PL/pgSQL). A lone claim of seventeen statements spent
 * most of its time on what each of them costs besides its work: a write and a wake-up on either side.
 *
 * It is a function of the connection (`pg_temp`), made where it is first called: what it does is written in one file, and servers
 * of two versions on one database do not meet each other's.
 */
export interface Routine {
  readonly name: string
  /** CREATE FUNCTION, to be run once a connection. `settings`: those that its statements run under, as `name=value`. */
  readonly definition: (settings: readonly string[]) => string
  readonly parameters: readonly string[]
  /** Calls it; the answer is one row with the column `answer`. */
  readonly call: Statement
}

/** By the names of a routine's parameters; those that are left out are null. */
export type RoutineValues = Readonly<Record<string, unknown>>

/** The source's folder, or what is built of it; a bundle is as deep in its package. */
const ROOT = new URL('../', import.meta.url)

/** The routine in a file of the source. */
export function routineIn(file: string): Routine {
  return routineOf(readFileSync(new URL(file, ROOT), 'utf8'))
}

/** `text` says `FUNCTION pg_temp.name(parameter type, ...) RETURNS json LANGUAGE plpgsql VOLATILE AS $routine$`. */
export function routineOf(text: string): Routine {
  const [, name = '', list = ''] = /FUNCTION pg_temp\.(\w+)\(([^)]*)\)/.exec(text.replaceAll(/--.*/g, '')) ?? []
  const parameters = [...list.matchAll(/(\w+) (\w+(?:\[\])?)/g)].map(([, parameter = '', type = '']) => ({
    parameter,
    type,
  }))
  const [head = '', body = ''] = text.split('VOLATILE AS $routine$')
  const given = parameters.map(({ type }, index) => `$${index + 1}::${type}`).join(', ')
  return {
    name,
    parameters: parameters.map(({ parameter }) => parameter),
    // As many empty lines as the file has before: errors name its lines.
    definition: (settings) =>
      `${head}VOLATILE ${settings.map((setting) => `SET ${setting}`).join(' ')} AS $routine$${head.replaceAll(/[^\n]/g, '')}${body}`,
    call: { name: `call_${name}`, text: `SELECT pg_temp.${name}(${given}) AS answer` },
  }
}

/** In the order of the parameters. */
export function valuesOf({ name, parameters }: Routine, values: RoutineValues): unknown[] {
  const unknown = Object.keys(values).find((value) => !parameters.includes(value))
  if (unknown !== undefined) throw new Error(`${name} has no parameter ${unknown}.`)
  return parameters.map((parameter) => values[parameter] ?? null)
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
