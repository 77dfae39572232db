import type { ChatMessage, Task } from '../../generated/prisma/client.js'
import { statement } from '../../database/sql.js'
import type { Sql } from '../../database/sql.js'
import { scanStreams } from '../../event-log/scan-streams.js'
import type { ArchiveDirectory } from '../../event-log/sealed/archive-directory.js'
import { archiveProblem, sealedEvents } from '../../event-log/sealed/sealed-events.js'
import { readSealed } from '../../event-log/sealed/sealed-stream.js'
import type { SealedStream } from '../../event-log/sealed/sealed-stream.js'
import { foldable } from '../../event-log/stored-event.js'
import type { StoredEvent } from '../../event-log/stored-event.js'
import { taskRowOf } from '../../event-log/task-row.js'
import { emptyTally } from '../../event-log/verify/finding.js'
import { StreamProof } from '../../event-log/verify/verify-stream.js'
import { TEXT_TABLES } from '../retention/archive-lines.js'
import type { TextRow, TextTable } from '../retention/archive-lines.js'
import type { Services } from '../services/services.js'
import { theServer } from '../calls/caller.js'

/** Why a conversation cannot be restored, and what to do about it. Nothing was written. */
class CannotRestore extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'CannotRestore'
  }
}

export interface Restored {
  /** false: the whole conversation was already in the database. */
  restored: boolean
  events: number
  tasks: number
}

/**
 * Restores a sealed conversation from its files: first its rows, some of which may already exist, then the event
 * CONVERSATION_RESTORED, whose transaction removes the tombstone. Texts that were erased in the meantime stay erased. An
 * interrupted restore can be repeated.
 *
 * @throws CannotRestore
 */
export async function restoreConversation(
  services: Services,
  archive: ArchiveDirectory,
  workspaceId: string,
  conversationId: string,
): Promise<Restored> {
  const { sql } = services.database
  const sealed = (await readSealed(sql, workspaceId, [conversationId])).get(conversationId)
  if (sealed === undefined) return { restored: false, events: 0, tasks: 0 }
  await assertWhole(archive, sealed)
  const proof = await proofOf(sql, archive, sealed)
  const texts = await textsOf(archive, sealed, proof)
  await keepFromLeaving(sql, sealed, services.clock.now())
  const messages = await insertEvents(sql, archive, sealed)
  const tasks = await insertRows(sql, sealed, proof, texts, messages)
  await unseal(services, sealed)
  await archive.remove(sealed.file, 'events')
  await archive.remove(sealed.file, 'texts')
  return { restored: true, events: sealed.throughVersion, tasks }
}

async function assertWhole(archive: ArchiveDirectory, sealed: SealedStream): Promise<void> {
  const problem = await archiveProblem(archive, sealed)
  if (problem === null) return
  throw new CannotRestore(
    `Expected: ${problem.expected}. Found: ${problem.found}. Put the sealed file back in its place.`,
  )
}

/** Proves the whole stream: the file, then the later events. */
async function proofOf(sql: Sql, archive: ArchiveDirectory, sealed: SealedStream): Promise<StreamProof> {
  const { workspaceId, conversationId, throughVersion: afterVersion } = sealed
  const findings: string[] = []
  const report = ({ kind, expected, found }: { kind: string; expected: string; found: string }): void =>
    void findings.push(`${kind}: expected ${expected}, found ${found}`)
  const proof = new StreamProof(workspaceId, conversationId, report, emptyTally())
  for await (const event of sealedEvents(archive, sealed)) proof.take(event)
  proof.seal()
  for await (const events of scanStreams(sql, workspaceId, conversationId, { afterVersion })) {
    for (const event of events) proof.take(event)
  }
  if (findings.length > 0) {
    throw new CannotRestore(`${conversationId} does not match its proof (${findings.join('; ')}). See baton verify.`)
  }
  return proof
}

/** The rows with texts, except those that were erased after the sealing. */
async function textsOf(
  archive: ArchiveDirectory,
  sealed: SealedStream,
  proof: StreamProof,
): Promise<Map<TextTable, Map<string, Record<string, unknown>>>> {
  const rows = new Map(TEXT_TABLES.map((table) => [table, new Map<string, Record<string, unknown>>()]))
  const { file, textsDigest } = sealed
  if (textsDigest === null) return rows
  const isErased = (proof.erased?.version ?? 0) >= sealed.throughVersion
  if (isErased) return rows
  if ((await archive.digestOf(file, 'texts')) !== textsDigest) {
    throw new CannotRestore(
      `${archive.pathOf(file, 'texts')} is missing, or is not the file that was sealed. Put it back, or ` +
        `erase the texts with eraseConversationContent, and restore what the log holds.`,
    )
  }
  for await (const line of archive.lines(file, 'texts')) {
    const { table, row } = JSON.parse(line) as TextRow
    rows.get(table)?.set([row['id'] ?? row['taskId'], row['seq'] ?? ''].join(' '), row)
  }
  return rows
}

/** Keeps the clean-up from removing further rows. */
const KEEP = statement(
  'restore_keeps_rows',
  `UPDATE sealed_stream SET "clearedAt" = coalesce("clearedAt", $3) WHERE "workspaceId" = $1 AND "conversationId" = $2`,
)

async function keepFromLeaving(sql: Sql, { workspaceId, conversationId }: SealedStream, now: Date): Promise<void> {
  await sql.rows(KEEP, [workspaceId, conversationId, now])
}

/** Rows per INSERT. */
const BATCH = 500

const INSERT_EVENTS = statement(
  'restore_events',
  `INSERT INTO session_event SELECT * FROM json_populate_recordset(null::session_event, $1::json) ON CONFLICT DO NOTHING`,
)

const COUNT = statement(
  'restored_events',
  `SELECT count(*)::int AS count FROM session_event e
   WHERE e."workspaceId" = $1 AND e."conversationId" = $2 AND e.version <= $3`,
)

/** Returns the messages that the events name, without their texts. */
async function insertEvents(sql: Sql, archive: ArchiveDirectory, sealed: SealedStream): Promise<ChatMessage[]> {
  const { workspaceId, conversationId, throughVersion } = sealed
  const messages: ChatMessage[] = []
  let batch: StoredEvent[] = []
  const write = async (): Promise<void> => {
    if (batch.length > 0) await sql.rows(INSERT_EVENTS, [JSON.stringify(batch)])
    batch = []
  }
  for await (const event of sealedEvents(archive, sealed)) {
    messages.push(...messageOf(event))
    if (batch.push(event) === BATCH) await write()
  }
  await write()
  const [there] = await sql.rows<{ count: number }>(COUNT, [workspaceId, conversationId, throughVersion])
  if (there?.count === throughVersion) return messages
  throw new CannotRestore(`Other events are at the positions of ${conversationId}. Run baton verify.`)
}

function messageOf(stored: StoredEvent): ChatMessage[] {
  const event = foldable(stored)
  if (event.type !== 'MESSAGE_POSTED') return []
  const { workspaceId, conversationId, taskId, occurredAt } = stored
  const { messageId: id, role } = event.data
  return [{ workspaceId, conversationId, id, role, content: '', taskId, createdAt: occurredAt }]
}

const INSERT: Record<TextTable, ReturnType<typeof statement>> = {
  task: insertInto('task_row'),
  task_content: insertInto('task_content'),
  chat_message: insertInto('chat_message'),
  task_progress: insertInto('task_progress'),
}

function insertInto(table: string): ReturnType<typeof statement> {
  const text = `INSERT INTO ${table} SELECT * FROM json_populate_recordset(null::${table}, $1::json) ON CONFLICT DO NOTHING`
  return statement(`restore_${table}`, text)
}

async function insertRows(
  sql: Sql,
  sealed: SealedStream,
  proof: StreamProof,
  texts: ReadonlyMap<TextTable, ReadonlyMap<string, Record<string, unknown>>>,
  messages: readonly ChatMessage[],
): Promise<number> {
  const rowsOf = (table: TextTable): Record<string, unknown>[] => [...(texts.get(table)?.values() ?? [])]
  const tasks = [...proof.sealedTasks].flatMap((id) => taskRow(sealed, proof, id, texts.get('task')?.get(`${id} `)))
  const rows: Record<TextTable, object[]> = {
    task: tasks,
    task_content: rowsOf('task_content'),
    // The file's rows come first: of two rows for one message, the first is kept.
    chat_message: [...rowsOf('chat_message'), ...messages],
    task_progress: rowsOf('task_progress'),
  }
  for (const table of TEXT_TABLES) {
    for (let at = 0; at < rows[table].length; at += BATCH) {
      await sql.rows(INSERT[table], [JSON.stringify(rows[table].slice(at, at + BATCH))])
    }
  }
  return tasks.length
}

/** A task's row: the fold of its events, with the file's texts. */
function taskRow(
  { workspaceId, conversationId }: SealedStream,
  proof: StreamProof,
  id: string,
  kept: Record<string, unknown> | undefined,
): Task[] {
  const state = proof.tasks.get(id)
  if (state === undefined) return []
  const erasedAt = proof.erasedAt.get(id) ?? null
  const decided = proof.decided.get(id)
  const textOf = (column: string): string | null =>
    erasedAt === null ? ((kept?.[column] ?? null) as string | null) : null
  return [
    taskRowOf(state, {
      workspaceId,
      conversationId,
      erasedAt,
      claimToken: null,
      title: textOf('title'),
      failureError: textOf('failureError'),
      failureReasonText: textOf('failureReasonText'),
      resumeOutcome: decided?.outcome ?? null,
      resumeReason: decided?.reason ?? null,
    }),
  ]
}

async function unseal(
  services: Services,
  { workspaceId, conversationId, throughVersion }: SealedStream,
): Promise<void> {
  let isDone = false
  await services.conversations.submit({
    workspaceId,
    actor: theServer(workspaceId).tokenId,
    target: { conversationId },
    decide({ conversation }) {
      isDone = conversation?.sealedVersion === throughVersion
      if (!isDone) return { unchanged: { conversationId } }
      return {
        events: [{ type: 'CONVERSATION_RESTORED', taskId: null, runtimeId: null, data: {} }],
        extras: { unseals: true },
        answer: { conversationId },
      }
    },
  })
  if (!isDone) throw new CannotRestore(`${conversationId} was sealed again meanwhile. Restore it again.`)
}
