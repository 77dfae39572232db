import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { format, resolveConfig } from 'prettier'
import type { BenchResult } from '../bench.js'
import { goalRow } from './print.js'

const PAGE = fileURLToPath(new URL('../../../docs/performance.md', import.meta.url))
/** The last result of every bench, so that a report can be made in parts. Not in the repository. */
const KEPT = fileURLToPath(new URL('../../../.cache/bench.json', import.meta.url))
const BEGIN = '<!-- npm run bench -- --report writes what follows -->'
const END = '<!-- and here it ends -->'

interface KeptResult {
  result: Pick<BenchResult, 'tables' | 'goals'>
  /** YYYY-MM-DD */
  date: string
  machine: string
  command: string
}

export type Kept = Record<string, KeptResult>

export function keep(name: string, { tables, goals }: BenchResult, about: Omit<KeptResult, 'result'>): Kept {
  const kept = { ...readKept(), [name]: { result: { tables, goals }, ...about } }
  mkdirSync(dirname(KEPT), { recursive: true })
  writeFileSync(KEPT, JSON.stringify(kept, null, 2))
  return kept
}

function readKept(): Kept {
  try {
    return JSON.parse(readFileSync(KEPT, 'utf8')) as Kept
  } catch {
    return {}
  }
}

/** Puts the results between the two markers of docs/performance.md, and touches nothing else there. Throws where they are missing. */
export async function writeReport(kept: Kept, order: readonly string[]): Promise<void> {
  const text = readFileSync(PAGE, 'utf8')
  const [before, rest] = split(text, BEGIN)
  const [, after] = split(rest, END)
  const section = reportOf(kept, order)
  const options = { ...(await resolveConfig(PAGE)), filepath: PAGE }
  const written = await format(`${before}${BEGIN}\n\n${section}\n\n${END}${after}`, options)
  writeFileSync(PAGE, written)
}

function split(text: string, marker: string): [string, string] {
  const at = text.indexOf(marker)
  if (at < 0) throw new Error(`docs/performance.md has no line ${marker}`)
  return [text.slice(0, at), text.slice(at + marker.length)]
}

export function reportOf(kept: Kept, order: readonly string[]): string {
  const present = order.flatMap((name) => (kept[name] === undefined ? [] : [{ name, ...kept[name] }]))
  const goals = present.flatMap(({ result }) => result.goals).map(goalRow)
  const parts = [markdown([['measure', 'wanted', 'measured', ''], ...goals])]
  // The table of goals is for every reader; the figures behind it are for who asks.
  parts.push('<details><summary>All figures</summary>')
  for (const { name, result } of present) {
    for (const { title, columns, rows } of result.tables) {
      parts.push(`\`${name}\`: ${title}`, markdown([columns, ...rows]))
    }
  }
  parts.push('</details>')
  const measured = new Map<string, string[]>()
  for (const { date, machine, command } of present) {
    const where = `${date}, ${machine}; database, server and load on the same machine, fsync on`
    measured.set(where, [...(measured.get(where) ?? []), `\`${command}\``])
  }
  for (const [where, commands] of measured) parts.push(`${where}: ${[...new Set(commands)].join(', ')}.`)
  return parts.join('\n\n')
}

/** Numbers to the right. */
function markdown(rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map((_, column) => (column === 0 ? '---' : '---:'))), ...body.map(line)].join('\n')
}
