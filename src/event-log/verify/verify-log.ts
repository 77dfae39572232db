import type { Dispatch, Task } from '../../generated/prisma/client.js'
import { rowsOf } from '../../database/routine.js'
import type { Database, Sql } from '../../database/sql.js'
import { statement } from '../../database/sql.js'
import { readHeads } from '../conversation-head.js'
import { NO_POSITION_PAST, readStreamPage } from '../read-stream.js'
import { scanStreams } from '../scan-streams.js'
import type { ArchiveDirectory } from '../sealed/archive-directory.js'
import { readSealed } from '../sealed/sealed-stream.js'
import { atOneMoment } from '../snapshot.js'
import { emptyTally } from './finding.js'
import type { Finding, Tally } from './finding.js'
import { verifyCapacity } from './verify-capacity.js'
import { verifyCooling } from './verify-cooling.js'
import { readListedFacts, verifyListing, verifyUnownedListings } from './verify-listing.js'
import { verifyPositions } from './verify-positions.js'
import { atEnd, verifyRows } from './verify-rows.js'
import { verifySnapshots } from './verify-snapshots.js'
import { verifySealed, verifySealedVersions, verifyTombstone } from './verify-sealed.js'
import { StreamProof } from './verify-stream.js'
import { verifyUnwritten } from './verify-unwritten.js'
import { workspacesToVerify } from './workspaces.js'

const TASKS = statement(
  'verify_tasks',
  // As one json column: the driver reads it in a third of the time that thirty-eight columns take.
  `SELECT to_json(t) AS row FROM task t WHERE "workspaceId" = $1 AND "conversationId" = ANY($2::text[])`,
)
const DISPATCH = statement(
  'verify_dispatch',
  `SELECT q.* FROM task_row t JOIN dispatch q ON q."workspaceId" = t."workspaceId" AND q."taskId" = t.id
   WHERE t."workspaceId" = $1 AND t."conversationId" = ANY($2::text[])`,
)

export interface VerifyOptions {
  /** The directory with the files of sealed conversations; null if it is unknown. */
  archive?: ArchiveDirectory | null
  /** Verifies only this workspace; null verifies all. */
  workspaceId?: string | null
  /** Called with each finding. */
  report: (finding: Finding) => void
  /** Called after each batch. */
  progress?: (tally: Readonly<Tally>) => void
}

/** The state of one proof. */
interface Proof {
  sql: Sql
  workspaceId: string
  archive: ArchiveDirectory | null
  report: (finding: Finding) => void
  progress(): void
  tally: Tally
}

/**
 * Proves the whole log of every workspace against the invariants of docs/rules.md. Reads only. Memory does not
 * grow with the log: it holds three batches of events and the tasks of their conversations.
 */
export async function verifyLog(database: Database, options: VerifyOptions): Promise<Tally> {
  const { workspaceId: only = null, archive = null, report } = options
  const tally = emptyTally()
  const progress = (): void => options.progress?.(tally)
  await atOneMoment(database, async (sql) => {
    for (const workspaceId of await workspacesToVerify(sql, only, report)) {
      tally.workspaces += 1
      await verifyStreams({ sql, workspaceId, archive, report, progress, tally })
      await verifyPositions(sql, workspaceId, report)
      await verifyCapacity(sql, workspaceId, report)
      await verifyCooling(sql, workspaceId, report)
      await verifyUnwritten(sql, workspaceId, null, report)
      await verifyUnownedListings(sql, workspaceId, null, report)
      await verifySealedVersions(sql, workspaceId, null, report)
    }
  })
  return tally
}

/** Events proven per step. */
const STEP = 200

/**
 * As {@link verifyLog}, for one conversation, from its stream and rows. The log is append-only, so most of it is read in
 * steps, with `pause` awaited before each. Only the end of the stream is read in the same snapshot as the rows.
 */
export async function verifyConversation(
  database: Database,
  workspaceId: string,
  conversationId: string,
  pause: () => Promise<void> = () => Promise.resolve(),
  archive: ArchiveDirectory | null = null,
): Promise<{ tally: Tally; findings: Finding[] }> {
  const tally = emptyTally()
  const findings: Finding[] = []
  const report = (finding: Finding): void => void findings.push(finding)
  const stream = new StreamProof(workspaceId, conversationId, report, tally)
  const conversation = { workspaceId, id: conversationId }
  const sealed = (await readSealed(database.reads, workspaceId, [conversationId])).get(conversationId)
  if (sealed !== undefined) await verifySealed(sealed, archive, stream, findOf(stream, report), pause)
  for (;;) {
    const page = await readStreamPage(database.reads, conversation, stream.version, NO_POSITION_PAST, STEP)
    await pause()
    for (const event of page) stream.take(event)
    if (page.length < STEP) break
  }
  await atOneMoment(database, async (sql) => {
    const { version: afterVersion } = stream
    for await (const events of scanStreams(sql, workspaceId, conversationId, { afterVersion })) {
      for (const event of events) stream.take(event)
    }
    const proof = { sql, workspaceId, archive, report, progress: () => undefined, tally }
    if (stream.version > 0) await verifyDone(proof, new Map([[conversationId, stream]]))
    await verifyUnwritten(sql, workspaceId, conversationId, report)
    await verifyUnownedListings(sql, workspaceId, conversationId, report)
    await verifySealedVersions(sql, workspaceId, conversationId, report)
  })
  return { tally, findings }
}

async function verifyStreams(proof: Proof): Promise<void> {
  const { sql, workspaceId, archive, report, tally } = proof
  let open: { id: string; proof: StreamProof } | null = null
  // The rows of one batch are read while the next batch is folded.
  let rows = Promise.resolve()
  for await (const events of scanStreams(sql, workspaceId)) {
    const done = new Map<string, StreamProof>()
    const ids = new Set(events.map(({ conversationId }) => conversationId))
    const sealed = await readSealed(sql, workspaceId, [...ids])
    for (const event of events) {
      const { conversationId: id } = event
      if (open === null || open.id !== id) {
        if (open !== null) done.set(open.id, open.proof)
        open = { id, proof: new StreamProof(workspaceId, id, report, tally) }
        const tombstone = sealed.get(id)
        if (tombstone !== undefined) await verifySealed(tombstone, archive, open.proof, findOf(open.proof, report))
      }
      // The file proves the sealed part, even while some of its rows remain.
      if (event.version > (sealed.get(id)?.throughVersion ?? 0)) open.proof.take(event)
    }
    await rows
    rows = verifyDone(proof, done)
    // The rejection is handled when the promise is awaited with the next batch.
    rows.catch(() => undefined)
    proof.progress()
  }
  await rows
  if (open !== null) await verifyDone(proof, new Map([[open.id, open.proof]]))
}

async function verifyDone(
  { sql, workspaceId, report, tally }: Proof,
  done: ReadonlyMap<string, StreamProof>,
): Promise<void> {
  if (done.size === 0) return
  const ids = [...done.keys()]
  const values = [workspaceId, ids]
  const [heads, sealed, places, taskRows, dispatch] = await Promise.all([
    readHeads(sql, workspaceId, ids),
    readSealed(sql, workspaceId, ids),
    readListedFacts(sql, workspaceId, ids),
    sql.rows<{ row: Record<string, unknown> }>(TASKS, values),
    sql.rows<Dispatch>(DISPATCH, values),
  ])
  const tasks = rowsOf<Task>(taskRows.map(({ row }) => row))
  // Grouped by the conversation that each task row names, because that name is itself to be proven.
  const conversationOf = new Map(tasks.map((task) => [task.id, task.conversationId]))
  const tasksOf = grouped(tasks, (task) => task.conversationId)
  const dispatchOf = grouped(dispatch, ({ taskId }) => conversationOf.get(taskId) ?? '')
  for (const [conversationId, proof] of done) {
    tally.conversations += 1
    const rows = {
      workspaceId,
      conversationId,
      head: heads.get(conversationId),
      tasks: tasksOf(conversationId),
      dispatch: dispatchOf(conversationId),
    }
    verifyRows(rows, proof, report, tally)
    const tombstone = sealed.get(conversationId)
    if (tombstone !== undefined) verifyTombstone(tombstone, proof, findOf(proof, report))
    const place = places.get(conversationId)
    if (place !== undefined) {
      verifyListing(place, rows.tasks, proof, (...said) => report(atEnd(proof, 'LISTING_ROW', null, ...said)))
    }
  }
  await verifySnapshots(sql, workspaceId, done, report, tally)
}

function findOf(proof: StreamProof, report: Proof['report']): Parameters<typeof verifySealed>[3] {
  return (kind, expected, found) => report(atEnd(proof, kind, null, expected, found))
}

function grouped<Row>(rows: readonly Row[], keyOf: (row: Row) => string): (id: string) => readonly Row[] {
  const groups = new Map<string, Row[]>()
  for (const row of rows) {
    const key = keyOf(row)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [row])
    else group.push(row)
  }
  return (id) => groups.get(id) ?? []
}
