import { isReached } from '../bench.js'
import type { BenchResult, Goal } from '../bench.js'
import { shortNumber } from '../rounds.js'

/** Tables and goals for people, then one JSON line for programs. */
export function printResult(name: string, { tables, goals, figures }: BenchResult): void {
  for (const { title, columns, rows } of tables) print(`\n${name}: ${title}`, aligned([columns, ...rows]))
  if (goals.length > 0) print('', aligned([['measure', 'wanted', 'measured', ''], ...goals.map(goalRow)]))
  print('', JSON.stringify({ bench: name, goals, figures }))
}

export function goalRow(goal: Goal): string[] {
  const { measure, unit = '' } = goal
  return [
    measure,
    wantedText(goal),
    `${shortNumber(goal.measured)}${unit}`,
    isReached(goal) ? 'reached' : 'not reached',
  ]
}

function wantedText({ wanted, unit = '' }: Goal): string {
  return 'atLeast' in wanted
    ? `at least ${shortNumber(wanted.atLeast)}${unit}`
    : `at most ${shortNumber(wanted.atMost)}${unit}`
}

/** The first column to the left, all others to the right. */
export function aligned(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

function print(...lines: string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`)
}
