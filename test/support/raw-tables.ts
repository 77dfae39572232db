import type { Database } from '../../src/database/sql.js'
import { statement } from '../../src/database/sql.js'

/** A row with every value as JSON has it: numbers, strings (times, too), booleans, null. */
export type RawRow = Record<string, unknown>

export interface RawTables {
  heads: RawRow[]
  events: RawRow[]
  conversations: RawRow[]
  tasks: RawRow[]
  entries: RawRow[]
  claims: RawRow[]
  messages: RawRow[]
}

const inOrder = (table: string, order: string, where: string) =>
  statement('', `SELECT to_jsonb(r) AS row FROM ${table} r WHERE ${where} ORDER BY ${order}`)

export async function rawTables({ sql }: Database): Promise<RawTables> {
  const read = async (table: string, order: string, where = 'true'): Promise<RawRow[]> =>
    (await sql.rows<{ row: RawRow }>(inOrder(table, order, where))).map(({ row }) => row)
  return {
    heads: await read('log_head', '"workspaceId"'),
    events: await read('session_event', '"workspaceId", position'),
    conversations: await read('conversation', '"workspaceId", id'),
    tasks: await read('task', '"workspaceId", id'),
    entries: await read('dispatch', '"workspaceId", priority DESC, place, "taskId"', `state <> 'HELD'`),
    claims: await read('dispatch', '"workspaceId", "taskId"', `state = 'HELD'`),
    messages: await read('chat_message', '"workspaceId", id'),
  }
}

/** Rows by the text of one column, in the order they came. */
export function groupedBy(rows: readonly RawRow[], column: string): Map<string, RawRow[]> {
  const groups = new Map<string, RawRow[]>()
  for (const row of rows) {
    const key = String(row[column])
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [row])
    else group.push(row)
  }
  return groups
}

/** RFC 3339 with milliseconds, as events have it; the database leaves trailing zeros out. */
export function instant(value: unknown): string | null {
  return typeof value === 'string' ? new Date(value).toISOString() : null
}
