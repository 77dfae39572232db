import { timeAt } from './given-rows.js'
import type { Row, SourceDatabase } from './source-database.js'

export interface Story {
  runtimes: { laptop: string; server: string }
  chats: { plain: string; stale: string; lost: string; busy: string }
  tasks: { queuedInPlain: string; queuedIssue: string; unbound: string; running: string }
}

/** A workspace with something of everything, and another one that nobody asked for. */
export async function tellStory(source: SourceDatabase, shape: 'OLD' | 'NEW'): Promise<Story> {
  const workspace = await source.insert('workspace', { name: 'Acme', slug: 'acme', issue_prefix: 'ACM' })
  const runtime = (name: string, daemon: string | null, provider = 'claude') =>
    source.insert('agent_runtime', {
      workspace_id: workspace,
      daemon_id: daemon,
      name,
      provider,
      metadata: { version: '2.1' },
      created_at: timeAt(-10),
      last_seen_at: timeAt(500),
    })
  const laptop = await runtime('Laptop', 'daemon-laptop')
  const server = await runtime('Server', 'daemon-server')
  await runtime('Cloud', null)
  const agent = (name: string, row: Row) =>
    source.insert('agent', { workspace_id: workspace, name, created_at: timeAt(-9), ...row })
  const ada = await agent('Ada', { runtime_id: laptop, instructions: 'Be kind.', model: 'opus' })
  const bob = await agent('Bob', { runtime_id: server, max_concurrent_tasks: 2 })
  const nomad = await agent('Nomad', { runtime_id: null })
  const chat = (agent_id: string, title: string, row: Row = {}) =>
    source.insert('chat_session', {
      workspace_id: workspace,
      agent_id,
      title,
      created_at: timeAt(0),
      updated_at: timeAt(300),
      ...row,
    })
  const task = (row: Row) => source.insert('agent_task_queue', row)
  const ran = (chatId: string, agent_id: string, runtime_id: string, session_id: string, at: number, row: Row = {}) =>
    task({
      chat_session_id: chatId,
      agent_id,
      runtime_id,
      session_id,
      work_dir: `/work/${session_id}`,
      status: 'completed',
      created_at: timeAt(at),
      dispatched_at: timeAt(at + 0.1),
      started_at: timeAt(at + 0.2),
      completed_at: timeAt(at + 0.9),
      ...row,
    })
  const say = (chatId: string, at: number, role = 'user', row: Row = {}) =>
    source.insert('chat_message', {
      chat_session_id: chatId,
      role,
      content: `${role} at ${at}`,
      created_at: timeAt(at),
      ...row,
    })

  const plain = await chat(ada, 'Plain', { session_id: 's-plain', work_dir: '/work/s-plain' })
  await say(plain, 1)
  const first = await ran(plain, ada, laptop, 's-plain', 1)
  await say(plain, 1.9, 'assistant', { task_id: first })
  await say(plain, 20)
  const queuedInPlain = await task({
    chat_session_id: plain,
    agent_id: ada,
    runtime_id: laptop,
    created_at: timeAt(20),
  })

  const stale = await chat(ada, 'Stale', { session_id: 's-old', work_dir: '/work/old' })
  await say(stale, 1)
  await ran(stale, ada, server, 's-new', 2)
  await say(stale, 30)
  await task({ chat_session_id: stale, agent_id: ada, runtime_id: laptop, created_at: timeAt(30) })

  const told = shape === 'NEW' ? { runtime_id: server } : {}
  const lost = await chat(bob, 'Lost', { session_id: 's-lost', status: 'archived', ...told })

  const busy = await chat(bob, 'Busy')
  await say(busy, 3)
  const running = await ran(busy, bob, server, 's-busy', 3, { status: 'running', completed_at: null })
  await ran(busy, bob, server, 's-poisoned', 5, {
    status: 'failed',
    failure_reason: 'context_overflow',
    error: 'Too long',
  })
  await ran(busy, bob, server, 's-cancelled', 7, { status: 'cancelled' })

  const issue = await source.insert('issue', { workspace_id: workspace, number: 12, title: 'Fix the login' })
  const onIssue = { issue_id: issue, chat_session_id: null }
  const attempt = await ran(plain, bob, server, 's-issue', 8, {
    ...onIssue,
    status: 'failed',
    failure_reason: 'timeout',
  })
  const source1 = shape === 'NEW' ? { retry_of_task_id: attempt } : { parent_task_id: attempt }
  const queuedIssue = await task({
    ...onIssue,
    agent_id: bob,
    runtime_id: server,
    created_at: timeAt(8.9),
    attempt: 2,
    priority: 4,
    ...source1,
  })
  await task({ ...onIssue, agent_id: ada, runtime_id: laptop, status: 'deferred', created_at: timeAt(40) })
  const unbound = await task({ ...onIssue, agent_id: nomad, runtime_id: null, created_at: timeAt(9) })
  if (shape === 'NEW') {
    await ran(plain, ada, laptop, 's-rolled', 10, {
      ...onIssue,
      session_rollout_missing: true,
      retired_session_id: 's-gone',
    })
    await task({
      ...onIssue,
      agent_id: ada,
      runtime_id: laptop,
      status: 'deferred',
      created_at: timeAt(11),
      fire_at: '2999-01-01',
    })
  }
  await task({ agent_id: ada, runtime_id: laptop, status: 'queued' })
  await task({ agent_id: ada, runtime_id: laptop, status: 'completed', session_id: 's-nowhere' })

  const other = await source.insert('workspace', { name: 'Other', slug: 'other' })
  await source.insert('agent', { workspace_id: other, name: 'Somebody of the other one' })
  return {
    runtimes: { laptop, server },
    chats: { plain, stale, lost, busy },
    tasks: { queuedInPlain, queuedIssue, unbound, running },
  }
}
