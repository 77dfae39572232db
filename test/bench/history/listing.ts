import { readFileSync } from 'node:fs'
import type { QueueFiller } from '../setting/queue-filler.js'

const MIGRATIONS = [
  '20261128230050_statistics',
  '20261128230100_conversation_listing',
  '20261129010000_listed_reasons',
].map((name) => readFileSync(new URL(`../../../prisma/migrations/${name}/migration.sql`, import.meta.url), 'utf8'))

/** As conversations of a year are: each was active at another time, and stands and was told otherwise. */
const SPREAD = `UPDATE conversation_listing SET "newestTaskStatus" = s.status, "lastReason" = s.reason,
  "createdAt" = "createdAt" - make_interval(secs => s.hash % 30000000),
  "lastActivityAt" = "lastActivityAt" - make_interval(secs => s.hash % 20000000)
FROM (SELECT "conversationId" AS id, h.hash, (ARRAY['OPEN', 'FAILED', 'CANCELLED', 'COMPLETED'])[least(h.hash % 20, 3) + 1] AS status,
    (ARRAY['NO_PRIOR_SESSION', 'RUNTIME_MISMATCH', 'SESSION_POISONED', 'SAME_RUNTIME'])[least(h.hash / 20 % 20, 3) + 1] AS reason
  FROM conversation_listing CROSS JOIN LATERAL (SELECT abs(hashtext("conversationId")::bigint) AS hash) h) s
WHERE "conversationId" = s.id`

/** Makes the listing anew as an upgrade does. Returns how many seconds that took. */
export async function migrateListing(filler: QueueFiller): Promise<number> {
  await filler.change('DROP TABLE conversation_listing')
  const from = performance.now()
  await filler.change(...MIGRATIONS)
  return (performance.now() - from) / 1000
}

export async function spreadListing(filler: QueueFiller): Promise<void> {
  await filler.change(SPREAD)
}
