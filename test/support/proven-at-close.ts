import type { Database } from '../../src/database/sql.js'
import type { ArchiveDirectory } from '../../src/event-log/sealed/archive-directory.js'
import type { Finding } from '../../src/event-log/verify/finding.js'
import { verifyLog } from '../../src/event-log/verify/verify-log.js'
import { askForDatabase } from './test-database-client.js'

const damaged = new WeakSet<Database>()

/** To be said where a test breaks the promises of the log by hand, or leaves rows that no use case wrote. */
export function damagedOnPurpose(database: Database): void {
  damaged.add(database)
}

const archives = new WeakMap<Database, ArchiveDirectory>()

/** To be said where a test seals conversations. The directory must outlast the database. */
export function archivedIn(database: Database, archive: ArchiveDirectory): void {
  archives.set(database, archive)
}

/**
 * What `npm run verify` proves, of every database that a test has filled, just before it is closed: whatever the test
 * itself looked at. A finding fails the test file.
 */
export function provenAtClose<T extends Database>(database: T): T {
  const close = database.close.bind(database)
  database.close = async () => {
    try {
      if (!damaged.has(database)) await prove(database)
    } finally {
      await close()
    }
  }
  return database
}

async function prove(database: Database): Promise<void> {
  const findings: Finding[] = []
  const since = performance.now()
  const tally = await verifyLog(database, {
    archive: archives.get(database) ?? null,
    report: (finding) => findings.push(finding),
  })
  if (findings.length > 0) {
    throw new Error(`The test leaves a log that does not verify: ${JSON.stringify(findings.slice(0, 3), null, 2)}`)
  }
  const { events, claims, crossRuntimeResumes } = tally
  if (events === 0) return
  const query = new URLSearchParams(
    Object.entries({ events, claims, crossRuntimeResumes, milliseconds: Math.round(performance.now() - since) }).map(
      ([name, count]) => [name, String(count)],
    ),
  )
  await askForDatabase('POST', `/proven?${query.toString()}`)
}
