import type { Agent, Runtime, Task } from '../../generated/prisma/client.js'
import type { Held } from '../../claim-queue/dispatch-rows.js'
import { distinctInto, inline, perform, routine, rowsInto, rowsOf } from '../../database/routine.js'
import type { TransactionSql } from '../../database/sql.js'
import { FIND_RECORDS, requestColumns, requestName } from '../../event-log/request-records.js'
import type { RequestRecord } from '../../event-log/request-records.js'
import { currentState } from '../../event-log/stored-state.js'
import type { SessionState } from '../../session-pointer/session-state.js'
import { initialState } from '../../session-pointer/session-state.js'
import type { Observer } from '../observer.js'
import type { LockedConversation, ConversationWork, LoadedConversation } from './conversation-work.js'
import { ENTER_DECISION } from './decision-barrier.js'
import { AGENTS, LOCK_CLAIMS, QUEUED_RERUNS, RUNTIMES, TASKS, WAITING, keyColumns } from './load-rows.js'
import { LOCK_CONVERSATIONS, lockKeys } from './lock-conversations.js'

export interface LoadedBatch {
  /** The locked conversation that the work is about; null when there is none in its workspace. */
  conversationOf(work: ConversationWork): LockedConversation | null
  /** The answer to the same call, made before; null for a new one, or without a requestId. */
  recordOf(work: ConversationWork): RequestRecord | null
  viewOf(work: ConversationWork, conversation: LockedConversation | null, now: Date): LoadedConversation
}

const LOCKS = ['l_workspaces', 'l_ids', 'k_workspaces', 'k_tasks', 'h_workspaces', 'h_agents', 'h_issues']
const REQUESTS = ['r_workspaces', 'r_actors', 'r_mutations', 'r_requests']
const TASK_KEYS = ['t_workspaces', 't_tasks']
const WAITING_KEYS = ['w_workspaces', 'w_conversations']
const AGENT_KEYS = ['a_workspaces', 'a_agents']
const LOCKED = ['c_workspaces', 'c_conversations']
const RUNTIME_KEYS = ['m_workspaces', 'm_runtimes']
/** What it answers, each in a variable of its own. */
const FOUND = ['locked', 'records', 'claims', 'tasks', 'waiting', 'reruns', 'agents', 'runtimes'] as const

const MORE = ['more_workspaces', 'more_runtimes']

/** As rowsInto; and the runtimes that the rows name come to RUNTIME_KEYS. */
function withRuntimes(variable: string, text: string): string {
  return `SELECT json_agg(r), array_agg("workspaceId"), array_agg("runtimeId") INTO ${variable}, ${MORE.join(', ')} FROM (${text}) r;
    ${RUNTIME_KEYS.map((name, n) => `${name} := ${name} || ${MORE[n]};`).join(' ')}`
}

/** Locks the conversations of a batch and reads, with nothing left to change, what the works' decisions look at. */
const LOAD_CONVERSATIONS = routine('load_conversation_batch', {
  parameters: [...LOCKS, ...REQUESTS, ...TASK_KEYS, ...WAITING_KEYS, ...AGENT_KEYS].map((name) => [name, 'text[]']),
  variables: [
    ...FOUND.map((name): [string, string] => [`v_${name}`, 'json']),
    ...[...LOCKED, ...RUNTIME_KEYS, ...MORE, 'c_agents'].map((name): [string, string] => [name, 'text[]']),
  ],
  body: `
    ${perform(ENTER_DECISION)}
    SELECT json_agg(r), coalesce(array_agg("workspaceId"), '{}'), coalesce(array_agg(id), '{}'), array_agg("agentId")
      INTO v_locked, c_workspaces, c_conversations, c_agents FROM (${inline(LOCK_CONVERSATIONS, LOCKS)}) r;
    IF cardinality(r_requests) > 0 THEN
      ${rowsInto('v_records', FIND_RECORDS, REQUESTS)}
    END IF;
    ${rowsInto('v_claims', LOCK_CLAIMS, LOCKED)}
    ${withRuntimes('v_tasks', inline(TASKS, [...TASK_KEYS, ...LOCKED]))}
    IF cardinality(w_conversations) > 0 THEN
      ${withRuntimes('v_waiting', inline(WAITING, WAITING_KEYS))}
    END IF;
    IF cardinality(t_tasks) > 0 THEN
      ${rowsInto('v_reruns', QUEUED_RERUNS, TASK_KEYS)}
    END IF;
    ${distinctInto(AGENT_KEYS, ['a_workspaces || c_workspaces', 'a_agents || c_agents'])}
    ${withRuntimes('v_agents', inline(AGENTS, AGENT_KEYS))}
    ${distinctInto(RUNTIME_KEYS, RUNTIME_KEYS)}
    ${rowsInto('v_runtimes', RUNTIMES, RUNTIME_KEYS)}
    RETURN json_build_object(${FOUND.map((name) => `'${name}', v_${name}`).join(', ')});`,
})

type Answer = Record<(typeof FOUND)[number], Record<string, unknown>[] | null>

/** Locks and reads what the works are about. */
export async function loadConversations(
  sql: TransactionSql,
  works: readonly ConversationWork[],
  observer: Observer,
): Promise<LoadedBatch> {
  const requests = works.flatMap(({ request }) => request ?? [])
  const taskKeys = works.flatMap(({ workspaceId, target, taskIds = [] }) =>
    ['taskId' in target ? [target.taskId] : [], taskIds].flat().map((id) => [workspaceId, id] as const),
  )
  const agentKeys = works.flatMap(({ workspaceId, target }) => {
    const agentId = targetAgent(target)
    return agentId === null ? [] : [[workspaceId, agentId] as const]
  })
  const searched = works.flatMap(({ workspaceId, target, looksForWaiting }) =>
    looksForWaiting === true && 'conversationId' in target ? [[workspaceId, target.conversationId] as const] : [],
  )
  const answer = await sql.call<Answer>(LOAD_CONVERSATIONS, [
    ...lockKeys(works),
    ...requestColumns(requests),
    ...keyColumns(taskKeys),
    ...keyColumns(searched),
    ...keyColumns(agentKeys),
  ])
  const locked = rowsOf<LockedConversation>(answer.locked)
  const states = new Map<string, SessionState>()
  for (const conversation of locked) {
    states.set(conversation.id, await currentState(sql, conversation, () => observer.refolded()))
  }
  return batchOf({
    ...{ locked, states },
    records: new Map(rowsOf<RequestRecord>(answer.records).map((row) => [requestName(row), row])),
    claims: rowsOf<Held>(answer.claims),
    tasks: [...rowsOf<Task>(answer.tasks), ...rowsOf<Task>(answer.waiting)],
    queuedReruns: new Set(rowsOf<{ id: string }>(answer.reruns).map(({ id }) => id)),
    agents: rowsOf<Agent>(answer.agents),
    runtimes: rowsOf<Runtime>(answer.runtimes),
  })
}

interface Rows {
  records: ReadonlyMap<string, RequestRecord>
  locked: readonly LockedConversation[]
  claims: readonly Held[]
  tasks: readonly Task[]
  queuedReruns: ReadonlySet<string>
  agents: readonly Agent[]
  runtimes: readonly Runtime[]
  states: ReadonlyMap<string, SessionState>
}

/** Ids are unique over all workspaces, and every row here was read by a key that begins with the work's own. */
function batchOf(rows: Rows): LoadedBatch {
  const conversations = new Map(rows.locked.map((row) => [row.id, row]))
  const threads = new Map(rows.locked.map((row) => [`${row.agentId} ${row.issueKey ?? ''}`, row]))
  const tasks = new Map(rows.tasks.map((row) => [row.id, row]))
  const agents = new Map(rows.agents.map((row) => [row.id, row]))
  const claims = new Map(rows.claims.map((row) => [row.conversationId, row]))
  const runtimes = new Map(rows.runtimes.map((row) => [row.id, row]))
  const idOf = ({ target }: ConversationWork): string => {
    if ('conversationId' in target) return target.conversationId
    if ('taskId' in target) return tasks.get(target.taskId)?.conversationId ?? ''
    if ('thread' in target) return threads.get(`${target.thread.agentId} ${target.thread.issueKey}`)?.id ?? ''
    return ''
  }
  const own = (work: ConversationWork, row: { workspaceId: string } | undefined): boolean =>
    row?.workspaceId === work.workspaceId
  return {
    conversationOf(work) {
      const row = conversations.get(idOf(work))
      return row !== undefined && own(work, row) ? row : null
    },
    recordOf({ request }) {
      return request == null ? null : (rows.records.get(requestName(request)) ?? null)
    },
    viewOf(work, conversation, now) {
      const agent = agents.get(conversation?.agentId ?? targetAgent(work.target) ?? '')
      const ofConversation = conversation === null ? [] : rows.tasks.filter((t) => t.conversationId === conversation.id)
      return {
        now,
        conversation,
        state: conversation === null ? initialState : (rows.states.get(conversation.id) ?? initialState),
        agent: agent !== undefined && own(work, agent) ? agent : null,
        runtimes,
        tasks: new Map(ofConversation.map((task) => [task.id, task])),
        claim: conversation === null ? null : (claims.get(conversation.id) ?? null),
        sourcesWithQueuedRerun: rows.queuedReruns,
      }
    },
  }
}

function targetAgent(target: ConversationWork['target']): string | null {
  if ('openChat' in target) return target.openChat.agentId
  return 'thread' in target ? target.thread.agentId : null
}
