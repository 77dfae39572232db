/** The columns to read from a source table, by property name. */
export interface Column {
  column: string
  read(column: string): string
  /** The value for a source whose schema is too old to have the column; null if the import needs the column. */
  absent: string | null
  /** The source's migration that added the column; null if it always existed. */
  since: string | null
}

export type Columns = Readonly<Record<string, Column>>

const ALWAYS = { absent: null, since: null }

/** An empty text counts as missing. */
const text = (column: string): Column => ({ column, read: (c) => `nullif(${c}::text, '')`, ...ALWAYS })
const whole = (column: string): Column => ({ column, read: (c) => `coalesce(${c}::text, '')`, ...ALWAYS })
const int = (column: string, otherwise: number): Column => ({
  column,
  read: (c) => `coalesce(${c}, ${otherwise})::int`,
  ...ALWAYS,
})
const flag = (column: string): Column => ({ column, read: (c) => `coalesce(${c}, false)`, ...ALWAYS })
const json = (column: string): Column => ({ column, read: (c) => c, ...ALWAYS })
/** Microseconds, which a Date cannot hold, decide the order of rows that were written together. */
const time = (column: string): Column => ({
  column,
  read: (c) => `round(extract(epoch FROM ${c})::numeric * 1000000)::float8`,
  ...ALWAYS,
})
const count = (column: string): Column => ({ column, read: (c) => `${c}::int`, ...ALWAYS })
const since = (since: string, column: Column, absent = 'NULL'): Column => ({ ...column, absent, since })

/** The source's migrations, as named in its table of migrations. */
const PROFILES = '120_runtime_profile'
const RERUNS = '184_agent_task_attribution'
const GENERATIONS = '377_channel_chat_context_generation'

export const COLUMNS = {
  workspace: { id: whole('id'), name: whole('name'), slug: whole('slug'), issuePrefix: whole('issue_prefix') },
  agent_runtime: {
    id: whole('id'),
    daemonId: text('daemon_id'),
    name: whole('name'),
    provider: whole('provider'),
    profileId: since(PROFILES, text('profile_id')),
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
    customEnv: json('custom_env'),
    customArgs: json('custom_args'),
    mcpConfig: json('mcp_config'),
    thinkingLevel: since('095_agent_thinking_level', text('thinking_level')),
    serviceTier: since('212_agent_service_tier', text('service_tier')),
    skills: {
      ...text('id'),
      read: (c) => `(SELECT array_agg(s.name ORDER BY s.name) FROM agent_skill l JOIN skill s ON s.id = l.skill_id
        WHERE l.agent_id = ${c})`,
    },
    archivedAt: time('archived_at'),
    createdAt: time('created_at'),
  },
  chat_session: {
    id: whole('id'),
    agentId: whole('agent_id'),
    title: text('title'),
    sessionId: text('session_id'),
    workDir: text('work_dir'),
    runtimeId: since('060_chat_session_runtime_id', text('runtime_id')),
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
    kind: since('159_chat_message_message_kind', whole('message_kind'), `'message'`),
    contextRevision: since(GENERATIONS, count('channel_context_revision')),
    createdAt: time('created_at'),
  },
  issue: { issueNumber: int('number', 0), issueTitle: whole('title'), issueDescription: text('description') },
  channel_chat_session_binding: {
    contextRevision: since(GENERATIONS, count('context_revision')),
    pendingFresh: since('271_channel_chat_pending_fresh', flag('pending_fresh'), 'false'),
  },
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
    forceFreshSession: since('066_force_fresh_session', flag('force_fresh_session'), 'false'),
    retryOfTaskId: since(RERUNS, text('retry_of_task_id')),
    rerunOfTaskId: since(RERUNS, text('rerun_of_task_id')),
    sessionRolloutMissing: since('224_agent_task_session_rollout_missing', flag('session_rollout_missing'), 'false'),
    retiredSessionId: since('234_agent_task_queue_retired_session_id', text('retired_session_id')),
    fireAt: since('128_comment_routing_escalation', time('fire_at')),
    contextRevision: since(GENERATIONS, count('channel_context_revision')),
    handoffNote: since('122_task_handoff_note', text('handoff_note')),
    triggerComment: since('028_task_trigger_comment', {
      ...text('trigger_comment_id'),
      read: (c) => `(SELECT nullif(q.content, '') FROM comment q WHERE q.id = ${c})`,
    }),
    earlierComments: since('150_agent_task_coalesced_comments', {
      ...text('coalesced_comment_ids'),
      read: (c) => `(SELECT array_agg(q.content ORDER BY q.created_at, q.id) FROM comment q WHERE q.id = ANY(${c}))`,
    }),
    regeneratesQuickActionsFor: since('240_agent_task_regenerate_quick_actions', text('regenerate_quick_actions_for')),
  },
} satisfies Record<string, Columns>

export type SourceTableName = keyof typeof COLUMNS

/** Columns that only conditions and joins use. */
export const KEYS: Readonly<Partial<Record<SourceTableName, readonly string[]>>> = {
  agent_runtime: ['workspace_id'],
  agent: ['workspace_id'],
  chat_session: ['workspace_id'],
  issue: ['id', 'workspace_id'],
}

/** Tables that older sources do not have, with the migration that created them. */
export const NEWER_TABLES: Readonly<Partial<Record<SourceTableName, string>>> = {
  channel_chat_session_binding: '124_channel_generalization',
}

/** The source's table of applied migrations. */
export const MIGRATIONS_TABLE = 'schema_migrations'

/** Tables that only expressions read. */
export const READ_BESIDES: Readonly<Record<string, readonly string[]>> = {
  comment: ['id', 'content', 'created_at'],
  agent_skill: ['agent_id', 'skill_id'],
  skill: ['id', 'name'],
}
