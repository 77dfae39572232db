import { statement } from '../database/sql.js'
import { readBase } from '../event-log/sealed/sealed-base.js'
import type { SealedBase } from '../event-log/sealed/sealed-base.js'
import { readStreamPage, NO_POSITION_PAST } from '../event-log/read-stream.js'
import { CURRENT_FOLD } from '../event-log/session-snapshots.js'
import { foldable } from '../event-log/stored-event.js'
import { evolve } from '../session-pointer/fold.js'
import { SNAPSHOT_EVERY, isSnapshot } from '../session-pointer/when-stored.js'
import type { SessionState } from '../session-pointer/session-state.js'
import { FOLD_VERSION, initialState } from '../session-pointer/session-state.js'
import type { Services } from './services/services.js'

/** Conversations per statement. */
const PAGE = 1_000

/**
 * The conversations of a page that lack snapshots of this fold version, and the last of the page, to continue from. Sealed
 * parts have no snapshots: those left with their events.
 */
const LACKING = statement(
  'conversations_lacking_snapshots',
  `SELECT c."workspaceId", c.id, c."sealedVersion", c.n, k.kept < e.due AS lacks FROM (
     SELECT r."workspaceId", r.id, r.version, r."sealedVersion", row_number() OVER (ORDER BY r."workspaceId", r.id)::int AS n FROM conversation r
     WHERE (r."workspaceId", r.id) > ($1, $2) ORDER BY r."workspaceId", r.id LIMIT ${PAGE}) c
     CROSS JOIN LATERAL (SELECT c.version / ${SNAPSHOT_EVERY} - coalesce(c."sealedVersion", 0) / ${SNAPSHOT_EVERY} AS due) e
     CROSS JOIN LATERAL (SELECT CASE WHEN e.due = 0 THEN 0 ELSE (
       SELECT count(*)::int FROM session_snapshot s WHERE s."workspaceId" = c."workspaceId" AND s."conversationId" = c.id
         AND s."foldVersion" ${CURRENT_FOLD} AND s.version > coalesce(c."sealedVersion", 0)) END AS kept) k
   WHERE k.kept < e.due OR c.n = ${PAGE}
   ORDER BY c.n`,
)

/** Keeps an existing snapshot of this fold version. */
const KEEP = statement(
  'keep_snapshots',
  `INSERT INTO session_snapshot AS s ("workspaceId", "conversationId", position, version, "foldVersion", state)
   SELECT c."workspaceId", c.id, x.position, x.version, ${FOLD_VERSION}, x.state
   FROM json_to_recordset($3::json) AS x(position bigint, version int, state jsonb)
     JOIN conversation c ON c."workspaceId" = $1 AND c.id = $2
   ON CONFLICT ("workspaceId", "conversationId", position) DO UPDATE
     SET version = excluded.version, "foldVersion" = excluded."foldVersion", state = excluded.state
   WHERE s."foldVersion" <> excluded."foldVersion"`,
)

/** Events read and folded per step. */
const STEP = SNAPSHOT_EVERY

interface Lacking {
  workspaceId: string
  id: string
  sealedVersion: number | null
  n: number
  lacks: boolean
}

/** The owner of these turns, which belong to no token. */
const NOBODY = 'system'

/**
 * Creates the missing snapshots: of events from before snapshots existed, of events that a build without snapshots
 * appended, and of those folded by another version. Run it once per start, because every later append writes its own. It
 * works in small steps, each in its turn, so that claims continue in between. Several processes may run it at once. Returns
 * the number of snapshots that it created.
 */
export async function fillSnapshots(
  services: Pick<Services, 'database' | 'turns'>,
  stopped: AbortSignal,
): Promise<number> {
  let made = 0
  let after = { workspaceId: '', id: '' }
  while (!stopped.aborted) {
    const found = await services.database.sql.rows<Lacking>(LACKING, [after.workspaceId, after.id])
    for (const one of found) {
      if (one.lacks) made += await fillOne(services, one, stopped)
    }
    const last = found.at(-1)
    if (last?.n !== PAGE) break
    after = last
  }
  return made
}

async function fillOne(
  { database, turns }: Pick<Services, 'database' | 'turns'>,
  conversation: Lacking,
  stopped: AbortSignal,
): Promise<number> {
  const { workspaceId, id, sealedVersion } = conversation
  let made = 0
  const base = sealedVersion === null ? null : await readBase(database.reads, workspaceId, id)
  let { state, version }: Pick<SealedBase, 'state' | 'version'> = base ?? { state: initialState, version: 0 }
  while (!stopped.aborted) {
    const page = await readStreamPage(database.reads, conversation, version, NO_POSITION_PAST, STEP)
    await turns.next(NOBODY)
    const snapshots: { position: string; version: number; state: SessionState }[] = []
    for (const event of page) {
      ;({ version } = event)
      state = evolve(state, foldable(event))
      if (isSnapshot(state)) snapshots.push({ position: event.position, version, state })
    }
    if (snapshots.length > 0) {
      await database.sql.rows(KEEP, [workspaceId, id, JSON.stringify(snapshots)])
      made += snapshots.length
    }
    if (page.length < STEP) break
  }
  return made
}
