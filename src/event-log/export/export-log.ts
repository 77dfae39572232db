import type { Database, Sql } from '../../database/sql.js'
import { readHeads } from '../conversation-head.js'
import { scanStreams } from '../scan-streams.js'
import { atOneMoment } from '../snapshot.js'
import { workspaceIds } from '../workspace-ids.js'
import { eventLine, headerLine } from './export-line.js'

/**
 * Writes conversations as JSON Lines, each as a header and its events: one conversation, or every one (null). As the
 * log is at one moment; memory does not grow with it. Answers how many conversations were written.
 *
 * `write` is awaited, line by line.
 */
export function exportLog(
  database: Database,
  conversationId: string | null,
  write: (line: string) => Promise<void> | void,
): Promise<number> {
  return atOneMoment(database, async (sql) => {
    let written = 0
    for (const { id } of await workspaceIds(sql, null)) {
      written += await exportWorkspace(sql, id, conversationId, write)
    }
    return written
  })
}

async function exportWorkspace(
  sql: Sql,
  workspaceId: string,
  only: string | null,
  write: (line: string) => Promise<void> | void,
): Promise<number> {
  let written = 0
  let open: string | null = null
  for await (const events of scanStreams(sql, workspaceId, only)) {
    const heads = await readHeads(sql, workspaceId, [...new Set(events.map((event) => event.conversationId))])
    for (const event of events) {
      if (event.conversationId !== open) {
        open = event.conversationId
        const head = heads.get(open)
        if (head === undefined) throw new Error(`${open} has events and no row. See baton verify.`)
        await write(headerLine(workspaceId, head))
        written += 1
      }
      await write(eventLine(event))
    }
  }
  return written
}
