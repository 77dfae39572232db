import { expect } from 'vitest'
import type { Database } from '../../src/database/sql.js'
import { conversationProblems } from './invariants-of-streams.js'
import { logProblems } from './invariants-of-logs.js'
import { queueProblems } from './invariants-of-queues.js'
import { rawTables } from './raw-tables.js'

/**
 * What must hold of any database at rest, by the raw tables and the pure rules alone: every stream and log is dense, every
 * row is what its events fold to, every recorded decision is what the events before it give, nobody ever had more tasks
 * active than allowed, and the queue agrees with the tasks. One sentence for each breach.
 */
async function invariantBreaches(database: Database): Promise<string[]> {
  const tables = await rawTables(database)
  return [...logProblems(tables), ...conversationProblems(tables), ...queueProblems(tables)]
}

export async function expectSound(database: Database): Promise<void> {
  expect(await invariantBreaches(database)).toEqual([])
}
