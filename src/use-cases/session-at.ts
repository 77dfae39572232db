import { statement } from '../database/sql.js'
import { readStream } from '../event-log/read-stream.js'
import { foldable } from '../event-log/stored-event.js'
import { currentState } from '../event-log/stored-state.js'
import { foldEvents } from '../session-pointer/fold.js'
import type { SessionState } from '../session-pointer/session-state.js'
import type { Services } from './services.js'
import type { ConversationRow } from './transaction/conversation-work.js'

export interface SessionAt {
  state: SessionState
  /** Of the conversation's last event at or before the asked position; "0" before its first. */
  position: string
  /** When that event happened; null before the first. */
  occurredAt: Date | null
}

const PLACE = statement(
  'place_of_version',
  `SELECT e.position::text AS position, e."occurredAt" FROM session_event e
   WHERE e."workspaceId" = $1 AND e."conversationId" = $2 AND e.version = $3`,
)

/** The conversation's session state as it was when the workspace's log stood at `at`; null: as it is. */
export async function sessionAt(
  { database: { sql } }: Services,
  conversation: ConversationRow,
  at: string | null,
): Promise<SessionAt> {
  const { workspaceId, id, version } = conversation
  if (at === null) {
    const [state, [place]] = await Promise.all([
      currentState(sql, conversation),
      sql.rows<{ position: string; occurredAt: Date }>(PLACE, [workspaceId, id, version]),
    ])
    return { state, position: place?.position ?? '0', occurredAt: place?.occurredAt ?? null }
  }
  const events = await readStream(sql, workspaceId, id, { upToPosition: at })
  const last = events.at(-1)
  return {
    state: foldEvents(events.map(foldable)),
    position: last?.position ?? '0',
    occurredAt: last?.occurredAt ?? null,
  }
}
