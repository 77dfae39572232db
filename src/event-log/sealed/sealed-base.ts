import type { Sql } from '../../database/sql.js'
import { FOLD_VERSION, initialState } from '../../session-pointer/session-state.js'
import type { SessionState } from '../../session-pointer/session-state.js'
import { readSealed } from './sealed-stream.js'
import type { SealedStream } from './sealed-stream.js'

/** What the fold of a stream begins with where its first events are in an archive file. */
export interface SealedBase {
  version: number
  /** Of the last sealed event, as decimal text. */
  position: string
  state: SessionState
}

/**
 * Where another fold version sealed it, nothing here can fold it anew: what follows fails closed until a server with the file
 * has done so.
 */
export function baseOf({ throughVersion, lastPosition, state, foldVersion }: SealedStream): SealedBase {
  const known = foldVersion === FOLD_VERSION ? state : { ...initialState, version: throughVersion, unknownEvents: 1 }
  return { version: throughVersion, position: lastPosition, state: known }
}

/** null: the whole stream is in the database. */
export async function readBase(sql: Sql, workspaceId: string, conversationId: string): Promise<SealedBase | null> {
  const sealed = (await readSealed(sql, workspaceId, [conversationId])).get(conversationId)
  return sealed === undefined ? null : baseOf(sealed)
}
