import { hash } from 'node:crypto'
import { derivedId } from '../../database/ids.js'
import type { IdPrefix } from '../../database/ids.js'
import type { Micros } from '../source/source-rows.js'
import type { SourceTable } from '../translate/names.js'

const PREFIXES: Readonly<Record<SourceTable, IdPrefix>> = {
  workspace: 'ws',
  agent_runtime: 'rt',
  agent: 'agt',
  chat_session: 'chat',
  issue: 'issue',
  chat_message: 'msg',
  agent_task_queue: 'task',
}

/**
 * The id that a row gets in a workspace. It is the same on each run, so that an interrupted import continues with the
 * same ids, and another one in each workspace, because ids are unique across workspaces.
 */
export function idsFor(workspaceId: string): (table: SourceTable, sourceId: string, createdAt: Micros) => string {
  return (table, sourceId, createdAt) => {
    const seed = hash('sha256', `${workspaceId} ${table} ${sourceId}`, 'buffer')
    return derivedId(PREFIXES[table], Math.max(0, createdAt), seed)
  }
}
