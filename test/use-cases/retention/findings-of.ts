import type { Database } from '../../../src/database/sql.js'
import type { Finding } from '../../../src/event-log/verify/finding.js'
import { verifyLog } from '../../../src/event-log/verify/verify-log.js'

export async function findingsOf(database: Database): Promise<Finding[]> {
  const found: Finding[] = []
  await verifyLog(database, { report: (one) => found.push(one) })
  return found
}
