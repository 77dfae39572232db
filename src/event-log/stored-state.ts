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
 * The session state kept with a conversation, folded anew from its stream where the stored one cannot serve: another
 * process's fold version wrote it, or it counts events that this build may have learnt to read since.
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
