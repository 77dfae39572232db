/** The source's tables as its own migrations make them, cut to the columns that matter. */
const BASE = `
  CREATE TABLE workspace (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text NOT NULL, slug text NOT NULL UNIQUE,
    issue_prefix text NOT NULL DEFAULT '', created_at timestamptz NOT NULL DEFAULT now());
  CREATE TABLE agent_runtime (id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    workspace_id uuid NOT NULL REFERENCES workspace(id) ON DELETE CASCADE, daemon_id text, name text NOT NULL,
    provider text NOT NULL, status text NOT NULL DEFAULT 'offline' CHECK (status IN ('online', 'offline')),
    metadata jsonb NOT NULL DEFAULT '{}', last_seen_at timestamptz, created_at timestamptz NOT NULL DEFAULT now());
  CREATE TABLE agent (id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    workspace_id uuid NOT NULL REFERENCES workspace(id) ON DELETE CASCADE, name text NOT NULL,
    runtime_id uuid REFERENCES agent_runtime(id) ON DELETE SET NULL, max_concurrent_tasks int NOT NULL DEFAULT 6,
    instructions text NOT NULL DEFAULT '', model text, custom_env jsonb NOT NULL DEFAULT '{}',
    custom_args jsonb NOT NULL DEFAULT '[]', mcp_config jsonb, archived_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now());
  CREATE TABLE skill (id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    workspace_id uuid NOT NULL REFERENCES workspace(id) ON DELETE CASCADE, name text NOT NULL);
  CREATE TABLE agent_skill (agent_id uuid NOT NULL REFERENCES agent(id) ON DELETE CASCADE,
    skill_id uuid NOT NULL REFERENCES skill(id) ON DELETE CASCADE, PRIMARY KEY (agent_id, skill_id));
  CREATE TABLE issue (id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    workspace_id uuid NOT NULL REFERENCES workspace(id) ON DELETE CASCADE, number int NOT NULL, title text NOT NULL,
    description text);
  CREATE TABLE comment (id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    issue_id uuid NOT NULL REFERENCES issue(id) ON DELETE CASCADE, content text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now());
  CREATE TABLE schema_migrations (version text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now());
  CREATE TABLE chat_session (id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    workspace_id uuid NOT NULL REFERENCES workspace(id) ON DELETE CASCADE,
    agent_id uuid NOT NULL REFERENCES agent(id) ON DELETE CASCADE, title text NOT NULL DEFAULT '', session_id text,
    work_dir text, status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'archived')),
    created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now());
  CREATE TABLE agent_task_queue (id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    agent_id uuid NOT NULL REFERENCES agent(id) ON DELETE CASCADE, issue_id uuid REFERENCES issue(id) ON DELETE CASCADE,
    chat_session_id uuid REFERENCES chat_session(id) ON DELETE SET NULL,
    runtime_id uuid REFERENCES agent_runtime(id) ON DELETE SET NULL, status text NOT NULL DEFAULT 'queued',
    priority int NOT NULL DEFAULT 0, created_at timestamptz NOT NULL DEFAULT now(), dispatched_at timestamptz,
    started_at timestamptz, completed_at timestamptz, session_id text, work_dir text, attempt int NOT NULL DEFAULT 1,
    max_attempts int NOT NULL DEFAULT 2, parent_task_id uuid, failure_reason text, error text, trigger_comment_id uuid);
  CREATE TABLE chat_message (id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    chat_session_id uuid NOT NULL REFERENCES chat_session(id) ON DELETE CASCADE, role text NOT NULL, content text NOT NULL,
    task_id uuid, created_at timestamptz NOT NULL DEFAULT now());
`

/** What newer databases have besides, by the source's own migrations. */
const MIGRATIONS: readonly (readonly [version: string, sql: string])[] = [
  ['028_task_trigger_comment', ''],
  [
    '060_chat_session_runtime_id',
    'ALTER TABLE chat_session ADD COLUMN runtime_id uuid REFERENCES agent_runtime(id) ON DELETE SET NULL',
  ],
  [
    '066_force_fresh_session',
    'ALTER TABLE agent_task_queue ADD COLUMN force_fresh_session boolean NOT NULL DEFAULT false',
  ],
  ['095_agent_thinking_level', 'ALTER TABLE agent ADD COLUMN thinking_level text'],
  ['120_runtime_profile', 'ALTER TABLE agent_runtime ADD COLUMN profile_id uuid'],
  ['122_task_handoff_note', 'ALTER TABLE agent_task_queue ADD COLUMN handoff_note text'],
  [
    '124_channel_generalization',
    `CREATE TABLE channel_chat_session_binding (id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
       chat_session_id uuid NOT NULL UNIQUE REFERENCES chat_session(id) ON DELETE CASCADE)`,
  ],
  ['128_comment_routing_escalation', 'ALTER TABLE agent_task_queue ADD COLUMN fire_at timestamptz'],
  [
    '150_agent_task_coalesced_comments',
    `ALTER TABLE agent_task_queue ADD COLUMN coalesced_comment_ids uuid[] NOT NULL DEFAULT '{}'`,
  ],
  ['159_chat_message_message_kind', `ALTER TABLE chat_message ADD COLUMN message_kind text NOT NULL DEFAULT 'message'`],
  [
    '184_agent_task_attribution',
    'ALTER TABLE agent_task_queue ADD COLUMN retry_of_task_id uuid, ADD COLUMN rerun_of_task_id uuid',
  ],
  ['212_agent_service_tier', 'ALTER TABLE agent ADD COLUMN service_tier text'],
  [
    '224_agent_task_session_rollout_missing',
    'ALTER TABLE agent_task_queue ADD COLUMN session_rollout_missing boolean NOT NULL DEFAULT false',
  ],
  ['234_agent_task_queue_retired_session_id', 'ALTER TABLE agent_task_queue ADD COLUMN retired_session_id text'],
  [
    '240_agent_task_regenerate_quick_actions',
    'ALTER TABLE agent_task_queue ADD COLUMN regenerate_quick_actions_for uuid',
  ],
  [
    '271_channel_chat_pending_fresh',
    'ALTER TABLE channel_chat_session_binding ADD COLUMN pending_fresh boolean NOT NULL DEFAULT false',
  ],
  [
    '377_channel_chat_context_generation',
    `ALTER TABLE channel_chat_session_binding ADD COLUMN context_revision bigint NOT NULL DEFAULT 1;
     ALTER TABLE chat_message ADD COLUMN channel_context_revision bigint;
     ALTER TABLE agent_task_queue ADD COLUMN channel_context_revision bigint`,
  ],
]

/** The source's migration that a source has come to. OLD: before 060, when chats did not name their runtime. */
export type Shape = 'OLD' | 'NEW' | number

export function sourceTables(shape: Shape): string {
  const newest = shape === 'OLD' ? 59 : shape === 'NEW' ? Infinity : shape
  const applied = MIGRATIONS.filter(([version]) => Number.parseInt(version, 10) <= newest)
  const told = applied.map(([version]) => `INSERT INTO schema_migrations (version) VALUES ('${version}')`)
  return `${BASE}${[...applied.map(([, sql]) => sql), ...told].filter((sql) => sql !== '').join(';\n')}`
}
