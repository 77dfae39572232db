import type { Sql } from '../database/sql.js'
import { statement } from '../database/sql.js'
import type { StoredEvent } from './stored-event.js'
import { STORED_EVENT_COLUMNS } from './stored-event.js'

/** Events read at once. Memory stays at a batch, whatever the log's length. */
const BATCH = 5_000

const SCAN = statement(
  'scan_streams',
  `SELECT ${STORED_EVENT_COLUMNS} FROM session_event e
   WHERE e."workspaceId" = $1 AND (e."conversationId", e.version) > ($2, $3::int)
     AND ($4::text IS NULL OR e."conversationId" = $4)
   ORDER BY e."conversationId", e.version LIMIT ${BATCH}`,
)

/** All events of a workspace, or of one conversation, stream by stream, each in the order of its versions; in batches. */
export async function* scanStreams(
  sql: Sql,
  workspaceId: string,
  conversationId: string | null = null,
): AsyncGenerator<StoredEvent[]> {
  let after: [string, number] = ['', 0]
  for (;;) {
    const events = await sql.rows<StoredEvent>(SCAN, [workspaceId, ...after, conversationId])
    yield events
    const last = events.at(-1)
    if (last === undefined || events.length < BATCH) return
    after = [last.conversationId, last.version]
  }
}
