import { SourceDatabase } from '../../import/source-database.js'

/**
 * The shape of a conversation: most are short and a few are long, as people write. Chats have 5 turns on average, an agent's work
 * on an issue 3; every fifth conversation is one of those. A turn says 2 KB: 0.3 the person, 1.7 the agent. One in ten fails, one in
 * twenty is cancelled.
 */
export const SHAPE = 'chats of 1 to 18 turns (5 on average), every fifth an issue of 1 to 8 (3), 2 KB a turn'
const CHAT_TURNS = [1, 1, 2, 2, 3, 4, 5, 6, 8, 18]
const ISSUE_TURNS = [1, 1, 2, 3, 8]

/** A source of so many conversations. Answers its address. */
export async function fillSource(connectionString: string, count: number): Promise<string> {
  const source = await SourceDatabase.create({ connectionString }, 'NEW')
  const workspace = await source.insert('workspace', { name: 'Acme', slug: 'acme', issue_prefix: 'ACM' })
  const runtime = { workspace_id: workspace, daemon_id: 'laptop', name: 'Laptop', provider: 'claude' }
  const runtime_id = await source.insert('agent_runtime', runtime)
  const agent = await source.insert('agent', { workspace_id: workspace, name: 'Ada', runtime_id })
  const issues = Math.floor(count / 5)
  const at = (minutes: string) => `timestamptz '2025-03-01' + interval '1 minute' * (${minutes})`
  const text = (seed: string, bytes: number) => `left(repeat(md5(${seed}), ${Math.ceil(bytes / 32)}), ${bytes})`
  const turns = (of: readonly number[]) => `generate_series(1, (ARRAY[${of.join(', ')}])[1 + n % ${of.length}]) turn`
  const columns = `agent_id, runtime_id, status, failure_reason, error, session_id, work_dir, created_at, dispatched_at,
    started_at, completed_at`
  const ran = `'${agent}', '${runtime_id}', y.status, CASE y.status WHEN 'failed' THEN 'agent_error' END,
    CASE y.status WHEN 'failed' THEN ${text('n::text', 300)} END, 's-' || n, '/work/acme/' || n,
    ${['', ' + 0.1', ' + 0.2', ' + 0.8'].map((later) => at(`n * 10 + turn${later}`)).join(', ')}`
  const ended = `LATERAL (SELECT CASE WHEN (n + turn) % 10 = 0 THEN 'failed' WHEN (n + turn) % 20 = 5 THEN 'cancelled'
    ELSE 'completed' END AS status) y`
  await source.run(`
    INSERT INTO chat_session (workspace_id, agent_id, title, session_id, work_dir, runtime_id, created_at)
      SELECT '${workspace}', '${agent}', 'Chat ' || n, 's-' || n, '/work/acme/' || n, '${runtime_id}', ${at('n * 10')}
      FROM generate_series(1, ${count - issues}) n;
    INSERT INTO agent_task_queue (chat_session_id, ${columns})
      SELECT c.id, ${ran} FROM chat_session c, LATERAL (SELECT substr(c.title, 6)::int AS n) x, ${turns(CHAT_TURNS)}, ${ended};
    INSERT INTO chat_message (chat_session_id, role, content, task_id, created_at)
      SELECT chat_session_id, 'user', ${text('id::text', 300)}, id, created_at FROM agent_task_queue
      UNION ALL SELECT chat_session_id, 'assistant', ${text('id::text', 1_700)}, id, completed_at
        FROM agent_task_queue WHERE status = 'completed';
    INSERT INTO issue (workspace_id, number, title, description)
      SELECT '${workspace}', n, 'Issue ' || n, ${text('n::text', 1_000)} FROM generate_series(1, ${issues}) n;
    INSERT INTO agent_task_queue (issue_id, ${columns})
      SELECT i.id, ${ran} FROM issue i, LATERAL (SELECT i.number AS n) x, ${turns(ISSUE_TURNS)}, ${ended};
    ANALYZE`)
  await source.close()
  return source.connectionString
}
