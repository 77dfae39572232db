import { chainDigest, NO_DIGEST } from '../../src/event-log/digest.js'
import { readStream } from '../../src/event-log/read-stream.js'
import type { StoredEvent } from '../../src/event-log/stored-event.js'
import { foldable } from '../../src/event-log/stored-event.js'
import type { Database } from '../../src/database/sql.js'
import { statement } from '../../src/database/sql.js'
import { foldEvents } from '../../src/session-pointer/fold.js'
import { damagedOnPurpose } from './proven-at-close.js'

const TABLES = [
  'log_head',
  'conversation',
  'conversation_listing',
  'session_event',
  'task_row',
  'dispatch',
  'session_snapshot',
]
const FROM_REFERRING = [
  'session_snapshot',
  'dispatch',
  'session_event',
  'task_row',
  'conversation_listing',
  'conversation',
  'log_head',
]

let count = 0

/** Somebody with access to the database, and with as little respect for the log as a test needs. */
export class Tamperer {
  private constructor(private readonly database: Database) {}

  /** Takes the guard off the log, and keeps a copy of all as it is now. */
  static async of(database: Database): Promise<Tamperer> {
    damagedOnPurpose(database)
    const tamperer = new Tamperer(database)
    await tamperer.run('DROP TRIGGER session_event_append_only ON session_event')
    await tamperer.run('DROP TRIGGER session_event_leaves_sealed ON session_event')
    for (const table of TABLES) await tamperer.run(`CREATE TABLE copy_of_${table} AS SELECT * FROM ${table}`)
    return tamperer
  }

  /** Everything as it was. */
  async restore(): Promise<void> {
    for (const table of FROM_REFERRING) await this.run(`DELETE FROM ${table}`)
    for (const table of FROM_REFERRING.toReversed()) {
      await this.run(`INSERT INTO ${table} SELECT * FROM copy_of_${table}`)
    }
  }

  /** `$1`, `$2`, ... are the values. */
  async run<Row>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return this.database.sql.rows<Row>(statement(`tamper_${count++}`, text), values)
  }

  /** Edits one event, and everything that would give it away but the decisions: digests, and the stored state. */
  async forge(event: StoredEvent, edit: (data: Record<string, unknown>) => object): Promise<void> {
    const { workspaceId, conversationId, position } = event
    const data = edit(structuredClone(event.data) as Record<string, unknown>)
    await this.write('data = $3::jsonb', event, JSON.stringify(data))
    let digest = NO_DIGEST
    const stream = await readStream(this.database.sql, workspaceId, conversationId)
    for (const one of stream) {
      digest = chainDigest(digest, one)
      await this.write('digest = $3', one, digest)
    }
    await this.run(`UPDATE conversation SET digest = $3, state = $4::jsonb WHERE "workspaceId" = $1 AND id = $2`, [
      ...[workspaceId, conversationId, digest],
      JSON.stringify(foldEvents(stream.map(foldable))),
    ])
    if (stream.every((one) => one.position !== position)) throw new Error('The forged event is gone.')
  }

  private write(set: string, { workspaceId, position }: StoredEvent, value: string): Promise<unknown> {
    return this.run(`UPDATE session_event SET ${set} WHERE "workspaceId" = $1 AND position = $2::bigint`, [
      ...[workspaceId, position, value],
    ])
  }
}
