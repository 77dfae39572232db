import type { Sql } from '../database/sql.js'
import { foldEvents } from '../session-pointer/fold.js'
import type { SessionState } from '../session-pointer/session-state.js'
import { FOLD_VERSION } from '../session-pointer/session-state.js'
import { readStream } from './read-stream.js'
import { readBase } from './sealed/sealed-base.js'
import { foldable } from './stored-event.js'

interface StoredState {
  workspaceId: string
  id: string
  foldVersion: number
  state: unknown
  sealedVersion: number | null
}

/**
 * The session state stored with a conversation. It is refolded from the stream if another fold version wrote it, or if it
 * counts unknown events, which this build may be able to read.
 */
export async function currentState(
  sql: Sql,
  row: StoredState,
  onRefold: () => void = () => undefined,
): Promise<SessionState> {
  const stored = row.state as SessionState
  if (row.foldVersion === FOLD_VERSION && stored.unknownEvents === 0) return stored
  onRefold()
  const base = row.sealedVersion === null ? null : await readBase(sql, row.workspaceId, row.id)
  const rest = await readStream(sql, row.workspaceId, row.id, { afterVersion: base?.version ?? 0 })
  return foldEvents(rest.map(foldable), base?.state)
}
