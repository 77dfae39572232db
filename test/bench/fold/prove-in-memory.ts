import { statement } from '../../../src/database/sql.js'
import type { Database } from '../../../src/database/sql.js'
import { STORED_EVENT_COLUMNS } from '../../../src/event-log/stored-event.js'
import type { StoredEvent } from '../../../src/event-log/stored-event.js'
import { emptyTally } from '../../../src/event-log/verify/finding.js'
import { StreamProof } from '../../../src/event-log/verify/verify-stream.js'

const ALL = statement(
  'bench_events',
  `SELECT ${STORED_EVENT_COLUMNS} FROM session_event e ORDER BY e."conversationId", e.version`,
)

/** Reads a log whole, and returns what proves it without the database: digests, task histories, folds, decisions. */
export async function proveInMemory(database: Database): Promise<() => { rate: number; events: number }> {
  const events = await database.sql.rows<StoredEvent>(ALL)
  return () => {
    const tally = emptyTally()
    const findings: unknown[] = []
    const from = performance.now()
    const report = (finding: unknown) => findings.push(finding)
    let proof = new StreamProof('', '', report, tally)
    for (const event of events) {
      if (proof.conversationId !== event.conversationId) {
        proof = new StreamProof(event.workspaceId, event.conversationId, report, tally)
      }
      proof.take(event)
    }
    if (findings.length > 0) throw new Error(`The log does not verify: ${JSON.stringify(findings[0])}`)
    return { rate: (events.length / (performance.now() - from)) * 1000, events: events.length }
  }
}
