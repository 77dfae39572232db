import type { Claim, QueueEntry, Task } from '../../generated/prisma/client.js'
import type { Database, Sql } from '../../database/sql.js'
import { statement } from '../../database/sql.js'
import { scanStreams } from '../scan-streams.js'
import type { StoredEvent } from '../stored-event.js'
import { emptyTally } from './finding.js'
import type { Finding, Tally } from './finding.js'
import { verifyCapacity } from './verify-capacity.js'
import { verifyPositions } from './verify-positions.js'
import { verifyRows } from './verify-rows.js'
import { StreamProof } from './verify-stream.js'

/** One moment of the database for the whole proof, so that it can run beside writers. */
const SNAPSHOT = statement('verify_snapshot', 'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY')
const WORKSPACES = statement('verify_workspaces', 'SELECT id FROM workspace ORDER BY id')

interface ConversationHead {
  id: string
  version: number
  state: unknown
  foldVersion: number
  digest: string
}

const HEADS = statement(
  'verify_heads',
  `SELECT id, version, state, "foldVersion", digest FROM conversation WHERE "workspaceId" = $1 AND id = ANY($2::text[])`,
)
const TASKS = statement(
  'verify_tasks',
  `SELECT * FROM task WHERE "workspaceId" = $1 AND "conversationId" = ANY($2::text[])`,
)
const QUEUE = statement(
  'verify_queue',
  `SELECT * FROM queue_entry WHERE "workspaceId" = $1 AND "conversationId" = ANY($2::text[])`,
)
const CLAIMS = statement(
  'verify_claims',
  `SELECT * FROM claim WHERE "workspaceId" = $1 AND "conversationId" = ANY($2::text[])`,
)
const UNWRITTEN = statement(
  'verify_unwritten',
  `SELECT c.id FROM conversation c WHERE c."workspaceId" = $1 AND NOT EXISTS (
     SELECT 1 FROM session_event e WHERE e."workspaceId" = c."workspaceId" AND e."conversationId" = c.id) LIMIT 10`,
)

export interface VerifyOptions {
  /** Called with each finding, as it is found. */
  report(finding: Finding): void
  /** Called after each batch. */
  progress?(tally: Readonly<Tally>): void
}

/**
 * Proves the whole log of every workspace against the numbered promises of the resume rules. Memory does not grow with
 * the log: it holds a batch of events and the tasks of the conversations in it.
 */
export async function verifyLog(database: Database, { report, progress }: VerifyOptions): Promise<Tally> {
  const tally = emptyTally()
  await database.transaction(async (sql) => {
    await sql.rows(SNAPSHOT)
    for (const { id } of await sql.rows<{ id: string }>(WORKSPACES)) {
      tally.workspaces += 1
      await verifyStreams(sql, id, null, report, tally, progress)
      await verifyPositions(sql, id, report)
      await verifyCapacity(sql, id, report)
      for (const { id: conversationId } of await sql.rows<{ id: string }>(UNWRITTEN, [id])) {
        report(missing(id, conversationId, 'events of the conversation', 'a row without any'))
      }
    }
  })
  return tally
}

/** As {@link verifyLog}, of one conversation: all that can be told from its stream and rows. */
export async function verifyConversation(
  database: Database,
  workspaceId: string,
  conversationId: string,
): Promise<{ tally: Tally; findings: Finding[] }> {
  const tally = emptyTally()
  const findings: Finding[] = []
  await database.transaction(async (sql) => {
    await sql.rows(SNAPSHOT)
    await verifyStreams(sql, workspaceId, conversationId, (finding) => findings.push(finding), tally)
  })
  return { tally, findings }
}

interface OpenStream {
  id: string
  proof: StreamProof
}

async function verifyStreams(
  sql: Sql,
  workspaceId: string,
  only: string | null,
  report: (finding: Finding) => void,
  tally: Tally,
  progress?: (tally: Readonly<Tally>) => void,
): Promise<void> {
  let open: OpenStream | null = null
  const opened = ({ conversationId: id }: StoredEvent): OpenStream => ({
    id,
    proof: new StreamProof(workspaceId, id, report, tally),
  })
  for await (const events of scanStreams(sql, workspaceId, only)) {
    const done = new Map<string, StreamProof>()
    for (const event of events) {
      if (open === null || open.id !== event.conversationId) {
        if (open !== null) done.set(open.id, open.proof)
        open = opened(event)
      }
      open.proof.take(event)
    }
    await verifyDone(sql, workspaceId, done, report, tally)
    progress?.(tally)
  }
  if (open !== null) await verifyDone(sql, workspaceId, new Map([[open.id, open.proof]]), report, tally)
}

async function verifyDone(
  sql: Sql,
  workspaceId: string,
  done: ReadonlyMap<string, StreamProof>,
  report: (finding: Finding) => void,
  tally: Tally,
): Promise<void> {
  if (done.size === 0) return
  const values = [workspaceId, [...done.keys()]]
  const [heads, tasks, queue, claims] = await Promise.all([
    sql.rows<ConversationHead>(HEADS, values),
    sql.rows<Task>(TASKS, values),
    sql.rows<QueueEntry>(QUEUE, values),
    sql.rows<Claim>(CLAIMS, values),
  ])
  const headOf = new Map(heads.map((head) => [head.id, head]))
  const [tasksOf, queueOf, claimsOf] = [grouped(tasks), grouped(queue), grouped(claims)]
  for (const [conversationId, proof] of done) {
    tally.conversations += 1
    const head = headOf.get(conversationId)
    if (head === undefined) {
      report(missing(workspaceId, conversationId, 'a conversation row', 'none'))
      continue
    }
    const rows = {
      ...{ tasks: tasksOf(conversationId), queue: queueOf(conversationId), claims: claimsOf(conversationId) },
      ...{ workspaceId, conversationId },
      ...head,
    }
    verifyRows(rows, proof, report, tally)
  }
}

function grouped<Row extends { conversationId: string }>(rows: readonly Row[]): (id: string) => readonly Row[] {
  const groups = new Map<string, Row[]>()
  for (const row of rows) {
    const group = groups.get(row.conversationId)
    if (group === undefined) groups.set(row.conversationId, [row])
    else group.push(row)
  }
  return (id) => groups.get(id) ?? []
}

function missing(workspaceId: string, conversationId: string, expected: string, found: string): Finding {
  const nowhere = { position: null, version: null, taskId: null }
  return { kind: 'STORED_VERSION', workspaceId, conversationId, ...nowhere, expected, found }
}
