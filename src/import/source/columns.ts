/** What is read of a source's table: by the name of the property that it becomes, the column and how it is read. */
export interface Column {
  column: string
  read(column: string): string
  /** What stands for it where the source's schema does not have it yet; null: no import without it. */
  absent: string | null
}

export type Columns = Readonly<Record<string, Column>>

/** An empty text says no more than a missing one. */
const text = (column: string): Column => ({ column, read: (c) => `nullif(${c}::text, '')`, absent: null })
const whole = (column: string): Column => ({ column, read: (c) => `coalesce(${c}::text, '')`, absent: null })
const int = (column: string, otherwise: number): Column => ({
  column,
  read: (c) => `coalesce(${c}, ${otherwise})::int`,
  absent: null,
})
const flag = (column: string): Column => ({ column, read: (c) => `coalesce(${c}, false)`, absent: null })
const json = (column: string): Column => ({ column, read: (c) => c, absent: null })
/** Microseconds: one that a Date cannot hold decides the order of rows that were written together. */
const time = (column: string): Column => ({
  column,
  read: (c) => `round(extract(epoch FROM ${c})::numeric * 1000000)::float8`,
  absent: null,
})
const newer = (column: Column): Column => ({ ...column, absent: 'NULL' })
const newerFlag = (column: Column): Column => ({ ...column, absent: 'false' })

export const COLUMNS = {
  workspace: { id: whole('id'), name: whole('name'), slug: whole('slug'), issuePrefix: whole('issue_prefix') },
  agent_runtime: {
    id: whole('id'),
    daemonId: text('daemon_id'),
    name: whole('name'),
    provider: whole('provider'),
    lastSeenAt: time('last_seen_at'),
    metadata: json('metadata'),
    createdAt: time('created_at'),
  },
  agent: {
    id: whole('id'),
    name: whole('name'),
    runtimeId: text('runtime_id'),
    maxConcurrentTasks: int('max_concurrent_tasks', 1),
    instructions: text('instructions'),
    model: text('model'),
    archivedAt: time('archived_at'),
    createdAt: time('created_at'),
  },
  chat_session: {
    id: whole('id'),
    agentId: whole('agent_id'),
    title: text('title'),
    sessionId: text('session_id'),
    workDir: text('work_dir'),
    runtimeId: newer(text('runtime_id')),
    status: whole('status'),
    createdAt: time('created_at'),
    updatedAt: time('updated_at'),
  },
  chat_message: {
    id: whole('id'),
    chatSessionId: whole('chat_session_id'),
    role: whole('role'),
    content: whole('content'),
    taskId: text('task_id'),
    createdAt: time('created_at'),
  },
  issue: { issueNumber: int('number', 0), issueTitle: whole('title') },
  agent_task_queue: {
    id: whole('id'),
    agentId: whole('agent_id'),
    issueId: text('issue_id'),
    chatSessionId: text('chat_session_id'),
    runtimeId: text('runtime_id'),
    status: whole('status'),
    priority: int('priority', 0),
    createdAt: time('created_at'),
    dispatchedAt: time('dispatched_at'),
    startedAt: time('started_at'),
    completedAt: time('completed_at'),
    sessionId: text('session_id'),
    workDir: text('work_dir'),
    attempt: int('attempt', 1),
    maxAttempts: int('max_attempts', 1),
    parentTaskId: text('parent_task_id'),
    failureReason: text('failure_reason'),
    error: text('error'),
    forceFreshSession: flag('force_fresh_session'),
    retryOfTaskId: newer(text('retry_of_task_id')),
    rerunOfTaskId: newer(text('rerun_of_task_id')),
    sessionRolloutMissing: newerFlag(flag('session_rollout_missing')),
    retiredSessionId: newer(text('retired_session_id')),
    fireAt: newer(time('fire_at')),
  },
} satisfies Record<string, Columns>

export type SourceTableName = keyof typeof COLUMNS

/** Columns that only conditions and joins look at. */
export const KEYS: Readonly<Partial<Record<SourceTableName, readonly string[]>>> = {
  agent_runtime: ['workspace_id'],
  agent: ['workspace_id'],
  chat_session: ['workspace_id'],
  issue: ['id', 'workspace_id'],
}
