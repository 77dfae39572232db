import type { Sql } from '../../database/sql.js'
import { isCurrentFold } from '../../session-pointer/when-stored.js'
import { initialState } from '../../session-pointer/session-state.js'
import type { SessionState } from '../../session-pointer/session-state.js'
import { readSealed } from './sealed-stream.js'
import type { SealedStream } from './sealed-stream.js'

/** Where the fold starts for a stream whose first events are in an archive file. */
export interface SealedBase {
  version: number
  /** The position of the last sealed event, as decimal text. */
  position: string
  state: SessionState
}

/**
 * If another fold version sealed the stream, its state cannot be refolded here: later decisions fail closed until a server
 * with access to the file has refolded it.
 */
export function baseOf({ throughVersion, lastPosition, state, foldVersion }: SealedStream): SealedBase {
  const known = isCurrentFold(foldVersion) ? state : { ...initialState, version: throughVersion, unknownEvents: 1 }
  return { version: throughVersion, position: lastPosition, state: known }
}

/** The base of a sealed stream; null if the whole stream is in the database. */
export async function readBase(sql: Sql, workspaceId: string, conversationId: string): Promise<SealedBase | null> {
  const sealed = (await readSealed(sql, workspaceId, [conversationId])).get(conversationId)
  return sealed === undefined ? null : baseOf(sealed)
}
