import { timeAt } from './given-rows.js'
import type { Row, SourceDatabase } from './source-database.js'

interface Fleet {
  laptop: string
  server: string
  /** A profile of the laptop's CLI. */
  profile: string
}

interface Given extends Fleet {
  /** Of the conversation's rows this one is the nth, from 1. */
  n: number
  /** The row before it. */
  before: Row | null
}

const UNREAD = 'thread/resume failed: failed to read response: token too long'
const own = ({ n }: Given) => ({ session_id: `s${n}` })
const first = () => ({ session_id: 's1' })
const failed = (failure_reason: string | null, error: string | null = null) => ({
  status: 'failed',
  failure_reason,
  error,
})

/** What one row may be. Where nothing is said, it completed on the laptop and named no session. */
const KINDS: Readonly<Record<string, (given: Given) => Row>> = {
  'no session': () => ({}),
  'a session': own,
  'the first session': first,
  'a session on the server': (given) => ({ ...own(given), runtime_id: given.server }),
  'the first session, moved to the server': ({ server }) => ({ ...first(), runtime_id: server }),
  'a session of the profile': (given) => ({ ...own(given), runtime_id: given.profile }),
  'a session without runtime': (given) => ({ ...own(given), runtime_id: null }),
  'the first session without runtime': () => ({ ...first(), runtime_id: null }),
  'an empty session': () => ({ session_id: '' }),
  'a safe failure': (given) => ({ ...own(given), ...failed('timeout') }),
  'a safe failure of the first': () => ({ ...first(), ...failed('agent_error', 'It broke.') }),
  'an unsafe failure': (given) => ({ ...own(given), ...failed('iteration_limit') }),
  'an unsafe failure of the first': () => ({ ...first(), ...failed('codex_semantic_inactivity') }),
  'a refused history': () => ({ ...first(), ...failed('agent_error', 'API 400: {"type":"invalid_request_error"}') }),
  'an overflow in other words': () => ({ ...first(), ...failed('agent_error', 'prompt_too_long: 210000 tokens') }),
  'an overflow by its plain name': () => ({ ...first(), ...failed('context_overflow') }),
  'a near miss': (given) => ({ ...own(given), ...failed('agent_error', 'request 14002: invalid_request_error') }),
  'an unpaid bill': () => ({ ...first(), ...failed('billing', '400 invalid_request_error: credit balance') }),
  cancelled: (given) => ({ ...own(given), status: 'cancelled' }),
  'the first cancelled': () => ({ ...first(), status: 'cancelled' }),
  'under way': (given) => ({ ...own(given), status: 'running', completed_at: null }),
  'under way on the server, with the first': ({ server }) => ({
    ...first(),
    status: 'waiting_local_directory',
    completed_at: null,
    runtime_id: server,
  }),
  'a retry that never ran': ({ before, server }) => ({
    status: 'cancelled',
    session_id: before?.['session_id'] ?? null,
    parent_task_id: before?.['id'] ?? null,
    runtime_id: server,
    dispatched_at: null,
    started_at: null,
  }),
  waits: () => ({ status: 'queued', dispatched_at: null, started_at: null, completed_at: null }),
  'gave the first up': (given) => ({ ...own(given), retired_session_id: 's1' }),
  'gave the first up, cancelled': () => ({ status: 'cancelled', retired_session_id: 's1' }),
  'no transcript, no session': () => ({ session_rollout_missing: true }),
  'no transcript of the first': () => ({ ...first(), session_rollout_missing: true }),
  'no transcript of the first, cancelled': () => ({
    ...first(),
    status: 'cancelled',
    session_rollout_missing: true,
  }),
  'a resume that overflowed': () => failed('codex_resume_oversized'),
  'a resume that overflowed, by its text': () => failed(null, UNREAD),
  'a resume that overflowed, with its session': () => ({ ...first(), ...failed('codex_resume_oversized') }),
  'no time of its end': (given) => ({ ...own(given), completed_at: null }),
  'ended in year one': (given) => ({ ...own(given), completed_at: '0001-01-01T00:00:00Z' }),
  'ended before Christ': (given) => ({ ...own(given), completed_at: '0044-03-15 12:00:00+00 BC' }),
  'never ends': (given) => ({ ...own(given), completed_at: 'infinity' }),
}

/** The same, of chats alone: after a "/new". */
const ANEW: typeof KINDS = {
  'anew: a session': (given) => ({ ...own(given), channel_context_revision: 2 }),
  'anew: the first session': () => ({ ...first(), channel_context_revision: 2 }),
  'anew: no session': () => ({ channel_context_revision: 2 }),
}

/** What the chat's own row may say. `newest`: the newest row with a session. */
const POINTERS: Readonly<Record<string, (fleet: Fleet, newest: Row | null) => Row>> = {
  nothing: () => ({ session_id: null, runtime_id: null }),
  'the newest': (_, newest) => ({
    session_id: newest?.['session_id'] ?? null,
    runtime_id: newest?.['runtime_id'] ?? null,
  }),
  'the first': ({ laptop }) => ({ session_id: 's1', runtime_id: laptop }),
  'the first, on the server': ({ server }) => ({ session_id: 's1', runtime_id: server }),
  'the first, nowhere': () => ({ session_id: 's1', runtime_id: null }),
  'one of its own': ({ laptop }) => ({ session_id: 's0', runtime_id: laptop }),
  'one of its own, nowhere': () => ({ session_id: 's0', runtime_id: null }),
}

/** Ids by their number, so that two runs make the same and ties fall the same way. */
let made = 0
function nextId(): string {
  return `00000000-0000-4000-8000-${(++made).toString(16).padStart(12, '0')}`
}

/** A source with every kind of row, each alone and each after every other. Answers what each conversation is made of, by its place. */
export async function tellEveryShape(source: SourceDatabase): Promise<Map<string, string>> {
  made = 0
  const workspace = await source.insert('workspace', { name: 'Acme', slug: 'acme', issue_prefix: 'ACM' })
  const runtime = (daemon_id: string, profile_id: string | null = null) =>
    source.insert('agent_runtime', {
      workspace_id: workspace,
      daemon_id,
      profile_id,
      name: daemon_id,
      provider: 'claude',
    })
  const fleet = {
    laptop: await runtime('laptop'),
    server: await runtime('server'),
    profile: await runtime('laptop', nextId()),
  }
  const agent = await source.insert('agent', { workspace_id: workspace, name: 'Ada', runtime_id: fleet.laptop })
  const shapes = new Map<string, string>()
  const tables = { chats: [] as Row[], bindings: [] as Row[], issues: [] as Row[], tasks: [] as Row[] }

  const rowsOf = (kinds: readonly string[], place: Row): Row[] => {
    const rows: Row[] = []
    for (const [index, kind] of kinds.entries()) {
      const at = index * 10
      const given = { ...fleet, n: index + 1, before: rows.at(-1) ?? null }
      rows.push({
        id: nextId(),
        agent_id: agent,
        runtime_id: fleet.laptop,
        status: 'completed',
        chat_session_id: null,
        issue_id: null,
        session_id: null,
        parent_task_id: null,
        created_at: timeAt(at),
        dispatched_at: timeAt(at + 1),
        started_at: timeAt(at + 2),
        completed_at: timeAt(at + 9),
        failure_reason: null,
        error: null,
        retired_session_id: null,
        session_rollout_missing: false,
        channel_context_revision: null,
        ...place,
        ...(KINDS[kind] ?? ANEW[kind])?.(given),
      })
    }
    tables.tasks.push(...rows)
    return rows
  }
  const chat = (kinds: readonly string[], pointer: string, pending_fresh = false): void => {
    const id = nextId()
    const rows = rowsOf(kinds, { chat_session_id: id })
    const newest = rows.findLast((row) => row['session_id'] !== null) ?? null
    const told = { created_at: timeAt(-1), updated_at: timeAt(100), status: 'active' }
    const title = `chat with ${pointer}: ${kinds.join(', ')}${pending_fresh ? ', /new' : ''}`
    tables.chats.push({
      id,
      workspace_id: workspace,
      agent_id: agent,
      title,
      ...told,
      ...POINTERS[pointer]?.(fleet, newest),
    })
    const context_revision = kinds.some((kind) => kind in ANEW) ? 2 : 1
    if (pending_fresh || context_revision > 1) {
      tables.bindings.push({ id: nextId(), chat_session_id: id, context_revision, pending_fresh })
    }
    shapes.set(id, title)
  }
  const thread = (kinds: readonly string[]): void => {
    const id = nextId()
    const title = `issue: ${kinds.join(', ')}`
    tables.issues.push({ id, workspace_id: workspace, number: tables.issues.length + 1, title })
    rowsOf(kinds, { issue_id: id })
    shapes.set(`${agent}/${id}`, title)
  }

  const pointers = Object.keys(POINTERS)
  const [common, all] = [Object.keys(KINDS), Object.keys({ ...KINDS, ...ANEW })]
  for (const pointer of pointers) {
    chat([], pointer)
    for (const kind of all) chat([kind], pointer)
    chat(['a session', 'a session'], pointer, true)
  }
  let nth = 0
  for (const one of all) {
    for (const other of all) {
      // Only one row can be the very last of all.
      if (one === 'never ends' && other === one) continue
      chat(['the first session', one, other], pointers[nth++ % pointers.length] ?? '')
    }
  }
  for (const one of common) {
    thread([one])
    for (const other of common.filter((_, index) => index % 3 === nth % 3)) thread(['the first session', one, other])
    nth++
  }
  await source.insertMany('issue', tables.issues)
  await source.insertMany('chat_session', tables.chats)
  await source.insertMany('channel_chat_session_binding', tables.bindings)
  await source.insertMany('agent_task_queue', tables.tasks)
  return shapes
}
