import type { Agent, Claim, Runtime, Task } from '../../generated/prisma/client.js'
import type { Sql } from '../../database/sql.js'
import { currentState } from '../../event-log/stored-state.js'
import type { SessionState } from '../../session-pointer/session-state.js'
import { initialState } from '../../session-pointer/session-state.js'
import type { Observer } from '../observer.js'
import type { LockedConversation, ConversationWork, LoadedConversation } from './conversation-work.js'
import {
  loadAgents,
  loadClaims,
  loadRuntimes,
  loadSourcesWithQueuedRerun,
  loadTasks,
  loadWaiting,
} from './load-rows.js'

export interface LoadedBatch {
  /** The locked conversation that the work is about; null when there is none in its workspace. */
  conversationOf(work: ConversationWork): LockedConversation | null
  viewOf(work: ConversationWork, conversation: LockedConversation | null, now: Date): LoadedConversation
}

/** Reads, after the conversations are locked and so with nothing left to change, what the works' decisions look at. */
export async function loadConversations(
  sql: Sql,
  works: readonly ConversationWork[],
  locked: readonly LockedConversation[],
  observer: Observer,
): Promise<LoadedBatch> {
  const conversationKeys = locked.map(({ workspaceId, id }) => [workspaceId, id] as const)
  const taskKeys = works.flatMap(({ workspaceId, target, taskIds = [] }) =>
    ['taskId' in target ? [target.taskId] : [], taskIds].flat().map((id) => [workspaceId, id] as const),
  )
  const agentKeys = [
    ...locked.map(({ workspaceId, agentId }) => [workspaceId, agentId] as const),
    ...works.flatMap(({ workspaceId, target }) => {
      const agentId = targetAgent(target)
      return agentId === null ? [] : [[workspaceId, agentId] as const]
    }),
  ]
  const searched = works.flatMap(({ workspaceId, target, looksForWaiting }) =>
    looksForWaiting === true && 'conversationId' in target ? [[workspaceId, target.conversationId] as const] : [],
  )
  const [claims, found, waiting, queuedReruns, agents] = await Promise.all([
    loadClaims(sql, conversationKeys),
    loadTasks(sql, taskKeys, conversationKeys),
    loadWaiting(sql, searched),
    loadSourcesWithQueuedRerun(sql, taskKeys),
    loadAgents(sql, agentKeys),
  ])
  const tasks = [...found, ...waiting]
  const runtimeKeys = [...tasks, ...agents].map(({ workspaceId, runtimeId }) => [workspaceId, runtimeId] as const)
  const runtimes = await loadRuntimes(sql, runtimeKeys)
  const states = new Map<string, SessionState>()
  for (const conversation of locked) {
    states.set(conversation.id, await currentState(sql, conversation, () => observer.refolded()))
  }
  return batchOf({ locked, claims, tasks, queuedReruns, agents, runtimes, states })
}

interface Rows {
  locked: readonly LockedConversation[]
  claims: readonly Claim[]
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
