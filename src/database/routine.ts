import { readFileSync } from 'node:fs'
import type { Statement } from './sql.js'

/**
 * Several statements that the database runs in sequence in one call (a volatile function in PL/pgSQL). Each sees the
 * effects of the ones before it and the latest commits of others. A lone claim of seventeen statements spent most of its
 * time on overhead per statement: a write and a wake-up on either side.
 *
 * The function belongs to the connection (`pg_temp`) and is created on first use. One file holds its definition, and
 * servers of two versions on one database do not share it.
 */
export interface Routine {
  readonly name: string
  /** CREATE FUNCTION, run once per connection. `settings` apply to its statements, as `name=value`. */
  readonly definition: (settings: readonly string[]) => string
  readonly parameters: readonly string[]
  /** Calls the function. The result is one row with the column `answer`. */
  readonly call: Statement
}

/** Values keyed by parameter name; missing ones are null. */
export type RoutineValues = Readonly<Record<string, unknown>>

/** The root of the sources or of the build. A bundle has the same depth in its package. */
const ROOT = new URL('../', import.meta.url)

/** Reads the routine from a source file. */
export function routineIn(file: string): Routine {
  return routineOf(readFileSync(new URL(file, ROOT), 'utf8'))
}

/** `text` contains `FUNCTION pg_temp.name(parameter type, ...) RETURNS json LANGUAGE plpgsql VOLATILE AS $routine$`. */
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
    // Keeps the file's number of lines before the body, so that errors name the file's lines.
    definition: (settings) =>
      `${head}VOLATILE ${settings.map((setting) => `SET ${setting}`).join(' ')} AS $routine$${head.replaceAll(/[^\n]/g, '')}${body}`,
    call: { name: `call_${name}`, text: `SELECT pg_temp.${name}(${given}) AS answer` },
  }
}

/** The values in parameter order. */
export function valuesOf({ name, parameters }: Routine, values: RoutineValues): unknown[] {
  const unknown = Object.keys(values).find((value) => !parameters.includes(value))
  if (unknown !== undefined) throw new Error(`${name} has no parameter ${unknown}.`)
  return parameters.map((parameter) => values[parameter] ?? null)
}

/**
 * Restores rows of a routine's answer: columns whose names end with `At` become Dates, everything else stays as in JSON.
 * Rows with columns of other types need another way.
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
