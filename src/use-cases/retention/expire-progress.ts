import type { Sql } from '../../database/sql.js'
import { statement } from '../../database/sql.js'
import { inBatches } from './in-batches.js'

/** Tasks per step, and rows per DELETE. */
const TASKS = 200
const ROWS = 500

/**
 * The next tasks with progress, found by skipping from key to key of the index. A task that has left with its conversation
 * counts as old: the progress that a server held when it was killed is passed over by the deletion, and stays without it.
 */
const NEXT = statement(
  'tasks_with_progress',
  `WITH RECURSIVE walk(w, id, n) AS (
     (SELECT p."workspaceId", p."taskId", 1 FROM task_progress p WHERE (p."workspaceId", p."taskId") > ($1, $2)
      ORDER BY p."workspaceId", p."taskId" LIMIT 1)
     UNION ALL
     SELECT p.* FROM walk CROSS JOIN LATERAL (
       SELECT p."workspaceId", p."taskId", walk.n + 1 FROM task_progress p WHERE (p."workspaceId", p."taskId") > (walk.w, walk.id)
       ORDER BY p."workspaceId", p."taskId" LIMIT 1) p
     WHERE walk.n < ${TASKS}
   )
   SELECT k.w AS "workspaceId", k.id AS "taskId", t.id IS NULL OR coalesce(t."finishedAt" < $3, false) AS old
   FROM walk k LEFT JOIN task_row t ON t."workspaceId" = k.w AND t.id = k.id ORDER BY 1, 2`,
)

const DELETE = statement(
  'delete_progress',
  `DELETE FROM task_progress p WHERE p.ctid = ANY (ARRAY(
     SELECT o.ctid FROM unnest($1::text[], $2::text[]) AS x(w, id)
       JOIN task_progress o ON o."workspaceId" = x.w AND o."taskId" = x.id LIMIT ${ROWS} FOR UPDATE OF o SKIP LOCKED))
   RETURNING 1`,
)

interface TaskWithProgress {
  workspaceId: string
  taskId: string
  old: boolean
}

/** Deletes the progress of tasks that ended before a time. Returns the number of entries. */
export async function expireProgress(sql: Sql, cutoff: Date, signal: AbortSignal): Promise<number> {
  let at: Pick<TaskWithProgress, 'workspaceId' | 'taskId'> | undefined = { workspaceId: '', taskId: '' }
  return inBatches(signal, async () => {
    if (at === undefined) return null
    const walked: TaskWithProgress[] = await sql.rows<TaskWithProgress>(NEXT, [at.workspaceId, at.taskId, cutoff])
    at = walked.length < TASKS ? undefined : walked.at(-1)
    return deleteProgress(
      sql,
      walked.filter(({ old }) => old),
      signal,
    )
  })
}

/** Deletes all progress of these tasks. */
export async function deleteProgress(
  sql: Sql,
  tasks: readonly { workspaceId: string; taskId: string }[],
  signal: AbortSignal,
): Promise<number> {
  let more = tasks.length > 0
  return inBatches(signal, async () => {
    if (!more) return null
    const keys = [tasks.map(({ workspaceId }) => workspaceId), tasks.map(({ taskId }) => taskId)]
    const { length } = await sql.rows(DELETE, keys)
    more = length === ROWS
    return length
  })
}
