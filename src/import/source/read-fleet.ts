import { ImportRefused } from '../import-refused.js'
import type { Source } from './open-source.js'
import type { SourceAgent, SourceRuntime, SourceWorkspace } from './source-rows.js'

/** The workspace with this slug; with null, the only workspace. */
export async function readWorkspace(source: Source, slug: string | null): Promise<SourceWorkspace> {
  const found = await source.rows<SourceWorkspace>(
    `SELECT ${source.select('workspace', 'w')} FROM workspace w ORDER BY w.slug`,
  )
  const slugs = found.map((workspace) => workspace.slug).join(', ')
  const [first] = slug === null ? found : found.filter((workspace) => workspace.slug === slug)
  if (first === undefined) {
    const message = `The source has no workspace ${slug ?? ''}. --workspace takes one of these: ${slugs}.`
    throw new ImportRefused('NO_SUCH_WORKSPACE', 'workspace', message)
  }
  if (slug === null && found.length > 1) {
    const message = `The source has several workspaces, and an import takes one. Name one with --workspace: ${slugs}.`
    throw new ImportRefused('AMBIGUOUS_WORKSPACE', 'workspace', message)
  }
  return first
}

export function readRuntimes(source: Source, workspaceId: string): Promise<SourceRuntime[]> {
  return source.rows(
    `SELECT ${source.select('agent_runtime', 'r')} FROM agent_runtime r WHERE r.workspace_id = $1
     ORDER BY r.last_seen_at DESC NULLS LAST, r.created_at, r.id`,
    [workspaceId],
  )
}

export function readAgents(source: Source, workspaceId: string): Promise<SourceAgent[]> {
  return source.rows(
    `SELECT ${source.select('agent', 'a')} FROM agent a WHERE a.workspace_id = $1 ORDER BY a.created_at, a.id`,
    [workspaceId],
  )
}

/** The numbers of tasks that belong to no conversation of the workspace. */
export interface LeftOut {
  /** Tasks without an issue and a chat. */
  withoutConversation: number
  /** Those of them that are queued. */
  waitingWithoutConversation: number
  /** Tasks whose issue or chat is in another workspace. */
  elsewhere: number
}

export async function countLeftOut(source: Source, workspaceId: string): Promise<LeftOut> {
  const [counts] = await source.rows<LeftOut>(
    `SELECT count(*) FILTER (WHERE NOT x.has)::int AS "withoutConversation",
       count(*) FILTER (WHERE NOT x.has AND x.status IN ('queued', 'deferred'))::int AS "waitingWithoutConversation",
       count(*) FILTER (WHERE x.has AND NOT x.here)::int AS elsewhere
     FROM (SELECT t.status::text AS status, t.chat_session_id IS NOT NULL OR t.issue_id IS NOT NULL AS has,
         coalesce(c.workspace_id = $1 OR (t.chat_session_id IS NULL AND i.workspace_id = $1), false) AS here
       FROM agent_task_queue t JOIN agent a ON a.id = t.agent_id
         LEFT JOIN chat_session c ON c.id = t.chat_session_id LEFT JOIN issue i ON i.id = t.issue_id
       WHERE a.workspace_id = $1) x`,
    [workspaceId],
  )
  return counts ?? { withoutConversation: 0, waitingWithoutConversation: 0, elsewhere: 0 }
}

export async function countConversations(source: Source, workspaceId: string): Promise<number> {
  const [counts] = await source.rows<{ n: number }>(
    `SELECT (SELECT count(*) FROM chat_session WHERE workspace_id = $1)::int
       + (SELECT count(*) FROM (SELECT DISTINCT t.agent_id, t.issue_id FROM agent_task_queue t
           JOIN agent a ON a.id = t.agent_id JOIN issue i ON i.id = t.issue_id
         WHERE t.chat_session_id IS NULL AND a.workspace_id = $1 AND i.workspace_id = $1) x)::int AS n`,
    [workspaceId],
  )
  return counts?.n ?? 0
}
