import type { Sql } from '../../database/sql.js'
import { statement } from '../../database/sql.js'
import type { ArchiveDirectory } from '../../event-log/sealed/archive-directory.js'
import { archiveProblem, sealedEvents } from '../../event-log/sealed/sealed-events.js'
import { SEALED_COLUMNS } from '../../event-log/sealed/sealed-stream.js'
import type { SealedStream } from '../../event-log/sealed/sealed-stream.js'
import { foldable } from '../../event-log/stored-event.js'
import { evolve } from '../../session-pointer/fold.js'
import { FOLD_VERSION, initialState, SAME_STATES_SINCE } from '../../session-pointer/session-state.js'
import { inBatches } from './in-batches.js'

const OLDER = statement(
  'sealed_by_another_fold',
  `SELECT ${SEALED_COLUMNS} FROM sealed_stream s WHERE s."foldVersion" < $1
     AND (s."workspaceId", s."conversationId") > ($2, $3)
   ORDER BY s."workspaceId", s."conversationId" LIMIT 1`,
)

const WRITE = statement(
  'write_sealed_state',
  `UPDATE sealed_stream SET state = $5::jsonb, "foldVersion" = $4
   WHERE "workspaceId" = $1 AND "conversationId" = $2 AND "throughVersion" = $3`,
)

/** Refolds, from the files, sealed states that an older fold version left. */
export async function refoldSealed(sql: Sql, archive: ArchiveDirectory, signal: AbortSignal): Promise<number> {
  let at = ['', '']
  return inBatches(signal, async () => {
    const [sealed] = await sql.rows<SealedStream>(OLDER, [SAME_STATES_SINCE, ...at])
    if (sealed === undefined) return null
    const { workspaceId, conversationId, throughVersion } = sealed
    at = [workspaceId, conversationId]
    if ((await archiveProblem(archive, sealed)) !== null) return 0
    let state = initialState
    for await (const event of sealedEvents(archive, sealed)) state = evolve(state, foldable(event))
    await sql.rows(WRITE, [workspaceId, conversationId, throughVersion, FOLD_VERSION, JSON.stringify(state)])
    return 1
  })
}
