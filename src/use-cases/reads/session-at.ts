import { statement } from '../../database/sql.js'
import { currentState } from '../../event-log/stored-state.js'
import type { SessionState } from '../../session-pointer/session-state.js'
import { BEFORE_ALL, foldHistory, planHistory } from './fold-history.js'
import type { Services } from '../services/services.js'
import type { ConversationRow } from '../transaction/conversation-work.js'

export interface SessionAt {
  state: SessionState
  /** The position of the conversation's last event at or before the requested position; "0" before its first. */
  position: string
  /** The time of that event; null before the first. */
  occurredAt: Date | null
}

const PLACE = statement(
  'place_of_version',
  `SELECT e.position::text AS position, e."occurredAt" FROM session_event e
   WHERE e."workspaceId" = $1 AND e."conversationId" = $2 AND e.version = $3`,
)

/** The conversation's session state at position `at` of the workspace's log; null: the current state. */
export async function sessionAt(
  services: Services,
  conversation: ConversationRow,
  at: string | null,
): Promise<SessionAt> {
  const { reads } = services.database
  const { workspaceId, id, version } = conversation
  if (at === null) {
    const [state, [place]] = await Promise.all([
      currentState(reads, conversation),
      reads.rows<{ position: string; occurredAt: Date }>(PLACE, [workspaceId, id, version]),
    ])
    return { state, position: place?.position ?? '0', occurredAt: place?.occurredAt ?? null }
  }
  const position = BigInt(at)
  const plan = await planHistory(services, conversation, [position])
  const places = await services.folds.run(workspaceId, () => foldHistory(services, conversation, plan, workspaceId))
  const { state, position: last, occurredAt } = places.get(position) ?? BEFORE_ALL
  return { state, position: last, occurredAt }
}
