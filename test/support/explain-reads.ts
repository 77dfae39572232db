import { Client } from 'pg'
import { vi } from 'vitest'
import { literal, summaryOf } from './explain.js'
import type { Explained, PlanNode } from './explain.js'
import type { PostgresDatabase } from './postgres-database.js'

/** One more than PostgreSQL plans anew for the values given, before it thinks of one plan for all values. */
const EXECUTIONS = 6

interface Asked {
  text: string
  values: readonly unknown[]
}

/** Every statement with values that is sent to a server while `work` runs, as Prisma writes it. */
async function sentBy(work: () => Promise<unknown>): Promise<Asked[]> {
  const query = vi.spyOn(Client.prototype, 'query')
  try {
    await work()
    return query.mock.calls.flatMap(([first, second]: unknown[]): Asked[] => {
      const { text, values } = (typeof first === 'string' ? { text: first } : first) as Partial<Asked>
      const given = Array.isArray(second) ? (second as unknown[]) : values
      return text === undefined || given === undefined || given.length === 0 ? [] : [{ text, values: given }]
    })
  } finally {
    query.mockRestore()
  }
}

/**
 * How the database carries out the reads of `work`: prepared, as the read pool has them, with the plan for the values given
 * and with the plan that it settles on when the same is asked for again and again.
 */
export async function explainReads(
  { connectionString }: PostgresDatabase,
  work: () => Promise<unknown>,
): Promise<Explained[]> {
  const asked = await sentBy(work)
  const client = new Client({ connectionString, options: '-c TimeZone=UTC' })
  await client.connect()
  try {
    const explained: Explained[] = []
    for (const { text, values } of asked) {
      await client.query(`PREPARE read AS ${text}`)
      const given = values.map(literal).join(', ')
      for (let n = 1; n <= EXECUTIONS; n++) {
        const { rows } = await client.query<{ 'QUERY PLAN': { Plan: PlanNode }[] }>(
          `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE read(${given})`,
        )
        const plan = rows[0]?.['QUERY PLAN'][0]?.Plan
        if (plan !== undefined && (n === 1 || n === EXECUTIONS)) explained.push(summaryOf(text, plan))
      }
      await client.query('DEALLOCATE read')
    }
    return explained
  } finally {
    await client.end()
  }
}
