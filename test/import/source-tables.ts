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
    instructions text NOT NULL DEFAULT '', model text, archived_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now());
  CREATE TABLE issue (id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    workspace_id uuid NOT NULL REFERENCES workspace(id) ON DELETE CASCADE, number int NOT NULL, title text NOT NULL);
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
    max_attempts int NOT NULL DEFAULT 2, parent_task_id uuid, failure_reason text, error text,
    force_fresh_session boolean NOT NULL DEFAULT false);
  CREATE TABLE chat_message (id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    chat_session_id uuid NOT NULL REFERENCES chat_session(id) ON DELETE CASCADE, role text NOT NULL, content text NOT NULL,
    task_id uuid, created_at timestamptz NOT NULL DEFAULT now());
`

/** What newer databases have besides. */
const NEWER = `
  ALTER TABLE chat_session ADD COLUMN runtime_id uuid REFERENCES agent_runtime(id) ON DELETE SET NULL;
  ALTER TABLE agent_task_queue ADD COLUMN retry_of_task_id uuid, ADD COLUMN rerun_of_task_id uuid,
    ADD COLUMN session_rollout_missing boolean NOT NULL DEFAULT false, ADD COLUMN retired_session_id text,
    ADD COLUMN fire_at timestamptz;
`

/** OLD: before the source's migration 060. */
export type Shape = 'OLD' | 'NEW'

export function sourceTables(shape: Shape): string {
  return shape === 'OLD' ? BASE : BASE + NEWER
}
