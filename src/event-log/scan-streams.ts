import type { Sql } from '../database/sql.js'
import { statement } from '../database/sql.js'
import type { StoredEvent, StoredEventRow } from './stored-event.js'
import { STORED_EVENT_ROW, storedEventOf } from './stored-event.js'

/** Events per read. Memory holds at most two batches, whatever the log's length. */
const BATCH = 2_000

const SCAN_LOG = statement(
  'scan_streams',
  `SELECT ${STORED_EVENT_ROW} FROM session_event e
   WHERE e."workspaceId" = $1 AND (e."conversationId", e.version) > ($2, $3::int)
   ORDER BY e."conversationId", e.version LIMIT $4::int`,
)

const SCAN_STREAM = statement(
  'scan_stream',
  `SELECT ${STORED_EVENT_ROW} FROM session_event e
   WHERE e."workspaceId" = $1 AND e."conversationId" = $2 AND e.version > $3::int
   ORDER BY e.version LIMIT $4::int`,
)

export interface ScanOptions {
  /** Events per read. */
  batch?: number
  /** For a single conversation: reads only events after this version. */
  afterVersion?: number
}

/**
 * All events of a workspace or of one conversation, in batches: stream by stream, each in version order. The next batch is
 * read while the caller processes the current one.
 */
export async function* scanStreams(
  sql: Sql,
  workspaceId: string,
  conversationId: string | null = null,
  { batch = BATCH, afterVersion = 0 }: ScanOptions = {},
): AsyncGenerator<StoredEvent[]> {
  const scan = conversationId === null ? SCAN_LOG : SCAN_STREAM
  let next = sql.rows<StoredEventRow>(scan, [workspaceId, conversationId ?? '', afterVersion, batch])
  for (;;) {
    const events = (await next).map(storedEventOf)
    const last = events.at(-1)
    if (last === undefined || events.length < batch) {
      yield events
      return
    }
    next = sql.rows<StoredEventRow>(scan, [workspaceId, last.conversationId, last.version, batch])
    // A caller that stops early never awaits this read.
    next.catch(() => undefined)
    yield events
  }
}
