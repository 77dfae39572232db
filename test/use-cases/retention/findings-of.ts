import type { Database } from '../../../src/database/sql.js'
import type { ArchiveDirectory } from '../../../src/event-log/sealed/archive-directory.js'
import type { Finding } from '../../../src/event-log/verify/finding.js'
import { verifyLog } from '../../../src/event-log/verify/verify-log.js'

export async function findingsOf(database: Database, archive: ArchiveDirectory | null = null): Promise<Finding[]> {
  const found: Finding[] = []
  await verifyLog(database, { archive, report: (one) => found.push(one) })
  return found
}
