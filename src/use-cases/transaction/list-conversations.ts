import { step } from '../../database/step.js'
import type { StepCall } from '../../database/step.js'
import type { NewEvent } from '../../session-pointer/events.js'
import type { Change } from './write-changes.js'

const COLUMNS = [
  ...['kind', 'agentId', 'archived', 'title', 'newestTaskId', 'newestTaskStatus', 'lastReason', 'createdAt'],
  'lastActivityAt',
]
const columnsOf = (row: string) => COLUMNS.map((column) => `${row}."${column}"`).join(', ')
const LISTED = COLUMNS.map((column) => `"${column}"`).join(', ')

/**
 * Sets right how conversations stand in lists, from their rows and their newest tasks', as these are now. Writes nothing where
 * nothing changed, nor of a sealed conversation in which nothing goes on. Every look-up is by key, whatever the statistics say.
 */
export const LIST_CONVERSATIONS = step(
  'list_conversations',
  ['text[]', 'text[]', 'text[]'],
  `INSERT INTO conversation_listing ("workspaceId", "conversationId", ${LISTED})
   SELECT n.* FROM (
     SELECT c."workspaceId", c.id AS "conversationId", c.kind, c."agentId", c."archivedAt" IS NOT NULL AS archived,
       CASE WHEN c.kind = 'CHAT' THEN c.title ELSE coalesce(t.title, c."issueKey") END AS title, t.id AS "newestTaskId",
       CASE WHEN t.status IN ('QUEUED', 'CLAIMED', 'RUNNING') THEN 'OPEN' ELSE t.status END AS "newestTaskStatus",
       coalesce(x.reason, (SELECT l."lastReason" FROM conversation_listing l
         WHERE l."workspaceId" = x.w AND l."conversationId" = x.id)) AS "lastReason", c."createdAt", c."lastActivityAt"
     FROM unnest($1::text[], $2::text[], $3::text[]) AS x(w, id, reason)
       CROSS JOIN LATERAL (SELECT r.* FROM conversation r WHERE r."workspaceId" = x.w AND r.id = x.id OFFSET 0) c
       LEFT JOIN LATERAL (SELECT r.* FROM task_row r WHERE r."workspaceId" = x.w AND r."conversationId" = x.id
         ORDER BY r.id DESC LIMIT 1) t ON true
     WHERE c."sealedVersion" IS NULL OR (c.version > c."sealedVersion" + 1 AND t.id IS NOT NULL)
   ) n
   WHERE (SELECT (${columnsOf('l')}) IS NOT DISTINCT FROM (${columnsOf('n')}) FROM conversation_listing l
     WHERE l."workspaceId" = n."workspaceId" AND l."conversationId" = n."conversationId") IS NOT TRUE
   ON CONFLICT ("workspaceId", "conversationId") DO UPDATE SET (${LISTED}) = ROW (${columnsOf('excluded')})`,
)

/**
 * The same after a run's start, which changes nothing but why it was told what it was: one look-up by key, and no write where the
 * newest claim before it was told the same.
 */
export const NOTE_REASONS = step(
  'note_reasons',
  ['text[]', 'text[]', 'text[]'],
  `UPDATE conversation_listing l SET "lastReason" = x.reason FROM unnest($1::text[], $2::text[], $3::text[]) AS x(w, id, reason)
   WHERE l."workspaceId" = x.w AND l."conversationId" = x.id AND l."lastReason" IS DISTINCT FROM x.reason`,
)

/** What a list shows does not change with a claim, nor with a pin. */
const UNLISTED: ReadonlySet<NewEvent['type']> = new Set([
  'TASK_CLAIMED',
  'SESSION_PINNED',
  'SESSION_RESET',
  'CONVERSATION_SEALED',
])

interface Listed {
  workspaceId: string
  id: string
  /** Why the newest claim was told what it was; null: as before. */
  reason: string | null
}

export function listingWrites(changes: readonly Change[]): StepCall[] {
  const [listed, started]: [Listed[], Listed[]] = [[], []]
  for (const change of changes.filter(isListed)) {
    const { workspaceId, conversationId: id, projection } = change
    const reason = projection.told[0]?.resumeReason ?? null
    if (!isStart(change)) listed.push({ workspaceId, id, reason })
    else if (reason !== null) started.push({ workspaceId, id, reason })
  }
  return [
    ...(started.length === 0 ? [] : [{ ...listingOf(started), step: NOTE_REASONS }]),
    ...(listed.length === 0 ? [] : [listingOf(listed)]),
  ]
}

/** A run begins, and nothing else that lists show. */
function isStart({ events, extras }: Change): boolean {
  const others = events.filter(({ type }) => !UNLISTED.has(type) && type !== 'TASK_STARTED')
  return others.length === 0 && extras.conversation === undefined && extras.erases === undefined
}

function listingOf(listed: readonly Listed[]): StepCall {
  return {
    step: LIST_CONVERSATIONS,
    values: [listed.map((one) => one.workspaceId), listed.map(({ id }) => id), listed.map(({ reason }) => reason)],
  }
}

function isListed({ events, extras }: Change): boolean {
  return (
    extras.conversation !== undefined || extras.erases !== undefined || events.some(({ type }) => !UNLISTED.has(type))
  )
}
