import type { ConversationListing, Task } from '../../generated/prisma/client.js'
import type { Sql } from '../../database/sql.js'
import { statement } from '../../database/sql.js'
import { canonicalJson } from '../canonical-json.js'
import { isTerminal } from '../../tasks/task-state.js'
import type { Finding } from './finding.js'
import type { StreamProof } from './verify-stream.js'

/** The facts of a conversation that no event holds, from its row, beside the row that lists use. */
interface ListedFacts {
  id: string
  title: string | null
  archived: boolean
  createdAt: Date
  lastActivityAt: Date
  listed: ConversationListing | null
}

const PLACES = statement(
  'verify_listings',
  `SELECT c.id, c.title, c."archivedAt" IS NOT NULL AS archived, c."createdAt", c."lastActivityAt", to_jsonb(l) AS listed
   FROM conversation c
     LEFT JOIN conversation_listing l ON l."workspaceId" = c."workspaceId" AND l."conversationId" = c.id
   WHERE c."workspaceId" = $1 AND c.id = ANY($2::text[])`,
)

/** The listing rows of these conversations, keyed by id. Conversations without a row are missing. */
export async function readListedFacts(
  sql: Sql,
  workspaceId: string,
  ids: readonly string[],
): Promise<Map<string, ListedFacts>> {
  const rows = await sql.rows<ListedFacts>(PLACES, [workspaceId, ids])
  return new Map(rows.map((row) => [row.id, row]))
}

type Columns = Omit<ConversationListing, 'workspaceId' | 'conversationId' | 'createdAt' | 'lastActivityAt'> & {
  createdAt: number
  lastActivityAt: number
}

/** Proves that the listing agrees with the conversation's events, its row and its newest task's title. */
export function verifyListing(
  { listed, ...own }: ListedFacts,
  tasks: readonly Task[],
  proof: StreamProof,
  find: (expected: string, found: string) => void,
): void {
  if (proof.opened === null) return
  const newest = newestOf(proof)
  // Lists omit a sealed conversation without open tasks. While its rows are being removed, a change may bring it back.
  if (newest === null && proof.lastSeal !== null) return
  if (listed === null) return find('a row in the listing', 'none')
  const { kind, agentId, issueKey } = proof.opened
  const isErased = newest !== null && proof.erasedAt.has(newest.id)
  const title = (isErased ? null : tasks.find(({ id }) => id === newest?.id)?.title) ?? issueKey
  const expected: Partial<Columns> = {
    kind,
    agentId,
    archived: own.archived,
    createdAt: own.createdAt.getTime(),
    lastActivityAt: own.lastActivityAt.getTime(),
    ...(kind === 'CHAT' ? { title: own.title } : {}),
    // The effect of an unreadable event on its task is unknown.
    ...(proof.unreadable.size > 0
      ? {}
      : {
          ...(kind === 'ISSUE' ? { title } : {}),
          newestTaskId: newest?.id ?? null,
          lastReason: proof.lastReason,
          newestTaskStatus: newest === null ? null : isTerminal(newest) ? newest.status : 'OPEN',
        }),
  }
  const found: Columns = {
    ...listed,
    createdAt: new Date(listed.createdAt).getTime(),
    lastActivityAt: new Date(listed.lastActivityAt).getTime(),
  }
  const wrong = (Object.keys(expected) as (keyof Columns)[]).filter((column) => expected[column] !== found[column])
  if (wrong.length === 0) return
  const only = (columns: Partial<Columns>) =>
    canonicalJson(Object.fromEntries(wrong.map((column) => [column, shown(column, columns[column] ?? null)])))
  find(only(expected), only(found))
}

function newestOf({ tasks, sealedTasks }: StreamProof) {
  const ids = [...tasks.keys()].filter((id) => !sealedTasks.has(id))
  const newest = ids.reduce<string | null>((last, id) => (last === null || id > last ? id : last), null)
  return newest === null ? null : (tasks.get(newest) ?? null)
}

function shown(column: string, value: Columns[keyof Columns]): string | boolean | null {
  return typeof value === 'number' ? new Date(value).toISOString() : value
}

/** The most findings reported one by one. */
const MOST = 100

const UNOWNED = statement(
  'verify_unowned_listings',
  `SELECT l."conversationId" AS id FROM conversation_listing l
   WHERE l."workspaceId" = $1 AND ($2::text IS NULL OR l."conversationId" = $2) AND NOT EXISTS (
     SELECT 1 FROM conversation c WHERE c."workspaceId" = l."workspaceId" AND c.id = l."conversationId")
     AND NOT EXISTS (
     SELECT 1 FROM session_event e WHERE e."workspaceId" = l."workspaceId" AND e."conversationId" = l."conversationId")
   ORDER BY 1 LIMIT ${MOST}`,
)

/**
 * Reports the listing rows of conversations that have neither a row nor an event; of one conversation, or of all. If there
 * are events, the missing row is itself a finding.
 */
export async function verifyUnownedListings(
  sql: Sql,
  workspaceId: string,
  only: string | null,
  report: (finding: Finding) => void,
): Promise<void> {
  for (const { id } of await sql.rows<{ id: string }>(UNOWNED, [workspaceId, only])) {
    report({
      kind: 'LISTING_ROW',
      workspaceId,
      conversationId: id,
      position: null,
      version: null,
      taskId: null,
      expected: 'no row in the listing',
      found: 'a row of a conversation that is not there',
    })
  }
}
