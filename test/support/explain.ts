import { escapeLiteral } from 'pg'
import type { Database, Sql, Statement } from '../../src/database/sql.js'
import { statement } from '../../src/database/sql.js'

export interface PlanNode {
  'Node Type': string
  'Relation Name'?: string
  'Index Name'?: string
  'Heap Fetches'?: number
  'Actual Rows'?: number
  'Shared Hit Blocks'?: number
  'Shared Read Blocks'?: number
  Plans?: PlanNode[]
}

export interface Explained {
  name: string
  /** Tables that the plan reads from end to end. */
  scanned: string[]
  /** Indexes that answer alone, with how many rows of their tables were looked up all the same. */
  indexOnly: { index: string; heapFetches: number }[]
  /** The most rows that a sort in it was given. */
  sorted: number
  /** Pages touched when it ran, in the tables and their indexes. */
  pages: number
}

/** The statements that `work` would run, with their values. Whatever it asks for is empty. */
async function statementsOf(work: (sql: Sql) => Promise<unknown>): Promise<[Statement, readonly unknown[]][]> {
  const asked: [Statement, readonly unknown[]][] = []
  await work({
    rows: (one, values = []) => {
      asked.push([one, values])
      return Promise.resolve([])
    },
  })
  return asked
}

/** Runs them as the server would, prepared once on a connection of its write pool, and undoes what they did. */
export async function explain(database: Database, work: (sql: Sql) => Promise<unknown>): Promise<Explained[]> {
  const explained: Explained[] = []
  for (const [{ name, text }, values] of await statementsOf(work)) {
    const undone = new Error('undone')
    await database
      .transaction(async (sql) => {
        await sql.rows(statement(`prepare_${name}`, `PREPARE test_${name} AS ${text}`))
        const run = `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE test_${name}(${values.map(literal).join(', ')})`
        const [row] = await sql.rows<{ 'QUERY PLAN': { Plan: PlanNode }[] }>(statement('', run))
        const plan = row?.['QUERY PLAN'][0]?.Plan
        if (plan !== undefined) explained.push(summaryOf(name, plan))
        await sql.rows(statement('', `DEALLOCATE test_${name}`))
        throw undone
      })
      .catch((error: unknown) => {
        if (error !== undone) throw error
      })
  }
  return explained
}

export function summaryOf(name: string, plan: PlanNode): Explained {
  return { name, scanned: scannedBy(plan), indexOnly: indexOnlyBy(plan), sorted: sortedBy(plan), pages: pagesOf(plan) }
}

function sortedBy(node: PlanNode): number {
  const children = node.Plans ?? []
  const own = node['Node Type'] === 'Sort' ? children.map((child) => child['Actual Rows'] ?? 0) : []
  return Math.max(0, ...own, ...children.map(sortedBy))
}

function scannedBy(node: PlanNode): string[] {
  const own = node['Node Type'] === 'Seq Scan' ? [node['Relation Name'] ?? '?'] : []
  return [...own, ...(node.Plans ?? []).flatMap(scannedBy)]
}

function indexOnlyBy(node: PlanNode): Explained['indexOnly'] {
  const { 'Node Type': type, 'Index Name': index = '?', 'Heap Fetches': heapFetches = 0 } = node
  const own = type === 'Index Only Scan' ? [{ index, heapFetches }] : []
  return [...own, ...(node.Plans ?? []).flatMap(indexOnlyBy)]
}

function pagesOf(plan: PlanNode): number {
  return (plan['Shared Hit Blocks'] ?? 0) + (plan['Shared Read Blocks'] ?? 0)
}

export function literal(value: unknown): string {
  if (value === null) return 'NULL'
  if (typeof value === 'number') return String(value)
  if (value instanceof Date) return escapeLiteral(value.toISOString())
  if (Array.isArray(value)) return escapeLiteral(`{${value.map((item) => JSON.stringify(item)).join(',')}}`)
  if (typeof value !== 'string') throw new Error('No such value is given to a statement.')
  return escapeLiteral(value)
}
