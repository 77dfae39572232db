import { Client } from 'pg'
import { PLAN_SETTINGS } from '../../src/database/plan-settings.js'
import { routineIn, valuesOf } from '../../src/database/routine.js'
import type { RoutineValues } from '../../src/database/routine.js'
import { summaryOf } from './explain.js'
import type { Explained, PlanNode } from './explain.js'
import type { PostgresDatabase } from './postgres-database.js'

const SETTINGS = {
  ...PLAN_SETTINGS,
  'auto_explain.log_min_duration': '0',
  'auto_explain.log_analyze': 'on',
  'auto_explain.log_buffers': 'on',
  'auto_explain.log_nested_statements': 'on',
  'auto_explain.log_format': 'json',
  client_min_messages: 'log',
}

/** How the database carries out each statement of a routine, by auto_explain; what it did is undone. */
export async function explainCall(
  { connectionString }: PostgresDatabase,
  file: 'load-claims' | 'load-conversations' | 'write',
  values: RoutineValues,
): Promise<Explained[]> {
  const routine = routineIn(`use-cases/transaction/${file}.sql`)
  const client = new Client({ connectionString, options: '-c TimeZone=UTC' })
  await client.connect()
  try {
    const explained: Explained[] = []
    await client.query('BEGIN')
    await client.query(routine.definition([]))
    await client.query(`LOAD 'auto_explain'`)
    for (const [name, value] of Object.entries(SETTINGS)) await client.query(`SET ${name} = '${value}'`)
    client.on('notice', ({ message = '' }) => {
      const [, json] = /plan:\n([^]*)/.exec(message) ?? []
      if (json === undefined) return
      const { 'Query Text': text, Plan: plan } = JSON.parse(json) as { 'Query Text': string; Plan: PlanNode }
      explained.push(summaryOf(text.trim().replaceAll(/\s+/g, ' ').slice(0, 80), plan))
    })
    await client.query({ text: routine.call.text, values: valuesOf(routine, values) })
    await client.query('ROLLBACK')
    // The call itself is the last of them.
    return explained.slice(0, -1)
  } finally {
    await client.end()
  }
}
