import type { Agent, Runtime, Task } from '../../generated/prisma/client.js'
import type { Held } from '../../claim-queue/dispatch-rows.js'
import { routineIn, rowsOf } from '../../database/routine.js'
import type { RoutineValues } from '../../database/routine.js'
import type { TransactionSql } from '../../database/sql.js'
import { requestName, requestValues } from '../../event-log/request-records.js'
import type { RequestRecord } from '../../event-log/request-records.js'
import { currentStates } from '../../event-log/stored-state.js'
import type { SessionState } from '../../session-pointer/session-state.js'
import { initialState } from '../../session-pointer/session-state.js'
import type {
  ConversationTarget,
  LockedConversation,
  ConversationWork,
  LoadedConversation,
} from './conversation-work.js'
import type { LaneSetting } from './lane.js'
import { keyColumns } from './load-rows.js'
import type { Keys } from './load-rows.js'

export interface LoadedBatch {
  /** The locked conversation that the work is about; null when there is none in its workspace. */
  conversationOf(work: ConversationWork): LockedConversation | null
  /** The answer to the same call, made before; null for a new one, or without a requestId. */
  recordOf(work: ConversationWork): RequestRecord | null
  viewOf(work: ConversationWork, conversation: LockedConversation | null, now: Date): LoadedConversation
}

const LOAD = routineIn('use-cases/transaction/load-conversations.sql')

type Found = 'locked' | 'records' | 'claims' | 'tasks' | 'waiting' | 'agents' | 'runtimes'
type Answer = Record<Found, Record<string, unknown>[] | null> & { reruns: string[] | null }

/** Locks and reads what the works are about. */
export async function loadConversations(
  sql: TransactionSql,
  works: readonly ConversationWork[],
  { observer, recent }: LaneSetting,
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
  const answer = await sql.call<Answer>(LOAD, {
    ...lockValues(works),
    ...requestValues(requests),
    ...keyValues('task', taskKeys),
    ...keyValues('waiting', searched),
    ...keyValues('agent', agentKeys),
  })
  const locked = rowsOf<LockedConversation>(answer.locked)
  const states = await currentStates(sql, locked, { recent, onRefold: () => observer.refolded() })
  return batchOf({
    locked,
    states: new Map(states.map((state, index) => [locked[index]?.id ?? '', state])),
    records: new Map(rowsOf<RequestRecord>(answer.records).map((row) => [requestName(row), row])),
    claims: rowsOf<Held>(answer.claims),
    tasks: [...rowsOf<Task>(answer.tasks), ...rowsOf<Task>(answer.waiting)],
    queuedReruns: new Set(answer.reruns),
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

/** Which conversations the works are about. */
function lockValues(works: readonly ConversationWork[]): RoutineValues {
  const keysOf = (keyOf: (target: ConversationTarget) => string | null): Keys =>
    works.flatMap(({ workspaceId, target }) => {
      const id = keyOf(target)
      return id === null ? [] : [[workspaceId, id] as const]
    })
  const threads = works.flatMap(({ workspaceId, target }) =>
    'thread' in target ? [{ workspaceId, ...target.thread }] : [],
  )
  return {
    ...keyValues(
      'conversation',
      keysOf((target) => ('conversationId' in target ? target.conversationId : null)),
    ),
    ...keyValues(
      'of_task',
      keysOf((target) => ('taskId' in target ? target.taskId : null)),
    ),
    thread_w: threads.map(({ workspaceId }) => workspaceId),
    thread_agents: threads.map(({ agentId }) => agentId),
    thread_issues: threads.map(({ issueKey }) => issueKey),
  }
}

/** As parameters of the routine. */
function keyValues(name: string, keys: Keys): RoutineValues {
  const [workspaces, ids] = keyColumns(keys)
  return { [`${name}_w`]: workspaces, [`${name}_ids`]: ids }
}
